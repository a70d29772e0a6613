import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { GitLab } from './api.ts';
import { enterpriseUserOf, ownAccount } from './enterprise.ts';
import { scopes } from './scopes.ts';

/**
 * Only accounts that belong to the company; anybody else's is their own. What the person wrote goes to GitLab's Ghost
 * User. GitLab deletes in the background, and nobody who is the only owner of a group, wherever that is.
 * https://gitlab.com/gitlab-org/gitlab/-/merge_requests/199646
 */
export const deleteEnterpriseUser = transition({
  capability: 'account.delete',
  summary:
    'Deletes the account of an enterprise user from gitlab.com. What the person contributed stays, in nobody’s name.',
  scopes: [scopes.api],
  params: z.strictObject({}),
  state: z.strictObject({ exists: z.boolean(), isEnterprise: z.boolean(), ours: z.boolean() }),
  repeatable: true,
  settlesWithinMs: 60 * 60_000,

  async read(client: GitLab, accountId) {
    const ours = String((await client.me()).id) === accountId;
    const isEnterprise = (await enterpriseUserOf(client, accountId)) !== null;
    const exists = isEnterprise || (await unlessMissing(client.profile(accountId))) !== null;
    return { exists, isEnterprise, ours };
  },

  plan({ exists, isEnterprise, ours }): Plan<null> {
    if (!exists) return done('The account is deleted.');
    if (!isEnterprise) return blocked(ownAccount);
    return ours
      ? blocked('Gatehouse itself signs in by this account. Give it another token first.')
      : change('Delete the account of the enterprise user.', null);
  },

  async apply(client, accountId) {
    if (client.top) await unlessMissing(client.top.deleteEnterpriseUser(accountId));
  },
});
