import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Keycloak } from './api.ts';
import { scopes } from './scopes.ts';

/** An app with an offline token gets new access for as long as nobody takes it back. */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary: 'Takes back what apps may do in the person’s name, and their offline tokens.',
  scopes: [scopes.manageUsers],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  /** Apps with a consent or an offline token, by Keycloak's client IDs. */
  state: z.strictObject({ apps: z.array(z.string()) }),
  repeatable: true,

  async read(keycloak: Keycloak, accountId) {
    const consents = await keycloak.consentsOf(accountId);
    return { apps: consents.map(({ clientId }) => clientId).sort() };
  },

  plan: ({ apps }): Plan<readonly string[]> =>
    apps.length === 0
      ? done('No app has a consent or an offline token of the person.')
      : change(`Take back consents and offline tokens of ${apps.join(', ')}.`, apps),

  async apply(keycloak, accountId, apps: readonly string[]) {
    for (const app of apps) await unlessMissing(keycloak.endConsent(accountId, app));
  },
});
