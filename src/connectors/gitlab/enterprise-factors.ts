import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { GitLab } from './api.ts';
import { enterpriseUserOf, ownAccount } from './enterprise.ts';
import { scopes } from './scopes.ts';

/** Only of accounts that belong to the company. Nobody is let in by a factor alone. */
export const removeEnterpriseFactors = transition({
  capability: 'mfa.remove',
  summary:
    'Turns two-factor sign-in of an enterprise user off. GitLab writes to the person about it.',
  scopes: [scopes.api],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  /** Null: no enterprise user. */
  state: z.strictObject({ twoFactor: z.boolean().nullable() }),

  async read(client: GitLab, accountId) {
    const user = await enterpriseUserOf(client, accountId);
    return { twoFactor: user?.two_factor_enabled ?? null };
  },

  plan({ twoFactor }): Plan<null> {
    if (twoFactor === null) return blocked(ownAccount);
    return twoFactor ? change('Turn two-factor sign-in off.', null) : done('No second factor.');
  },

  apply: async (client, accountId) => client.top?.disableTwoFactor(accountId),
});
