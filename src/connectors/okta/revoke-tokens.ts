import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Okta } from './api.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  /** What apps were allowed to do in the person's name. */
  grants: z.array(z.string()),
  /** Apps that hold refresh tokens. */
  apps: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  /** Keys to Okta's own API. */
  apiTokens: z.array(z.strictObject({ id: z.string(), name: z.string() })),
});

interface Change {
  readonly grants: boolean;
  readonly apps: readonly string[];
  readonly apiTokens: readonly string[];
}

/** An API token works for as long as the account of whoever made it: integrations have to move before. */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary:
    'Ends what apps may do in the person’s name, their refresh tokens, and keys to Okta’s API.',
  scopes: [scopes.readUsers, scopes.manageUsers, scopes.readApiTokens, scopes.manageApiTokens],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(okta: Okta, accountId) {
    const [grants, apps, apiTokens] = await Promise.all([
      okta.grants(accountId),
      okta.clientsOf(accountId),
      okta.apiTokensOf(accountId),
    ]);
    return {
      grants: grants.map(({ scopeId }) => scopeId).sort(),
      apps: apps
        .map((it) => ({ id: it.client_id, name: it.client_name ?? it.client_id }))
        .sort(byId),
      apiTokens: apiTokens.map(({ id, name }) => ({ id, name })).sort(byId),
    };
  },

  plan({ grants, apps, apiTokens }): Plan<Change> {
    const parts = [
      ...(grants.length > 0 ? [`${grants.length} grants of apps`] : []),
      ...(apps.length > 0 ? [`tokens of ${namesOf(apps)}`] : []),
      ...(apiTokens.length > 0 ? [`API tokens ${namesOf(apiTokens)}`] : []),
    ];
    if (parts.length === 0)
      return done('No app has a token of the person, and no API token is theirs.');
    return change(`End ${parts.join('; ')}.`, {
      grants: grants.length > 0,
      apps: apps.map(({ id }) => id),
      apiTokens: apiTokens.map(({ id }) => id),
    });
  },

  async apply(okta, accountId, { grants, apps, apiTokens }: Change) {
    if (grants) await okta.endGrants(accountId);
    for (const id of apps) await unlessMissing(okta.endTokens(accountId, id));
    for (const id of apiTokens) await unlessMissing(okta.endApiToken(id));
  },
});
