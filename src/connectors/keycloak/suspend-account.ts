import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Keycloak } from './api.ts';
import { Federation, federationOf, unreached } from './federation.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({ enabled: z.boolean(), federation: Federation });
type State = z.infer<typeof state>;

/** A disabled user keeps groups, roles and credentials, so the way back is complete. */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Stops the person from signing in to this realm and every app behind it.',
  scopes: [scopes.manageUsers, scopes.viewRealm],
  // Or the person signs straight back in, with one factor less at that.
  mustPrecede: ['sessions.revoke', 'mfa.remove', 'account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(keycloak: Keycloak, accountId) {
    const user = await keycloak.user(accountId);
    return { enabled: user.enabled, federation: await federationOf(keycloak, user) };
  },

  plan: (now): Plan<boolean> =>
    now.enabled ? towards(false, now) : done('The user is disabled in Keycloak.'),

  apply: (keycloak, accountId, enabled: boolean) => keycloak.setEnabled(accountId, enabled),

  restore: (now, before): Plan<boolean> =>
    now.enabled === before.enabled ? done('The user is as before.') : towards(before.enabled, now),
});

function towards(enabled: boolean, { federation }: State): Plan<boolean> {
  const act = enabled ? 'Enable' : 'Disable';
  const directory = unreached(federation);
  if (!directory) return change(`${act} the user.`, enabled);
  const { name, hasCopy } = directory;
  return hasCopy
    ? change(
        `${act} the user in Keycloak only: it may not write to ${name}, where they come from.`,
        enabled,
      )
    : blocked(`The user lives in ${name} alone, which Keycloak may not write to: do it there.`);
}
