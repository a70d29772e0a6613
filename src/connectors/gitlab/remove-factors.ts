import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { GitLab } from './api.ts';
import { scopes } from './scopes.ts';

/** GitLab writes to the person, and there is no quiet way. Nobody signs in by a factor alone once blocked. */
export const removeFactors = transition({
  capability: 'mfa.remove',
  summary: 'Turns two-factor sign-in off. GitLab writes to the person about it.',
  scopes: [scopes.api],
  params: z.strictObject({}),
  state: z.strictObject({ twoFactor: z.boolean() }),

  async read(client: GitLab, accountId) {
    return { twoFactor: (await client.user(accountId)).two_factor_enabled };
  },

  plan({ twoFactor }): Plan<null> {
    return twoFactor ? change('Turn two-factor sign-in off.', null) : done('No second factor.');
  },

  apply: (client, accountId) => client.disableTwoFactor(accountId),
});
