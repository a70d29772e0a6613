import type { GitLab } from './api.ts';

/** Null: the account is not the company's. That the group itself is there is asked before that is believed. */
export async function enterpriseUserOf(client: GitLab, accountId: string) {
  const found = (await client.top?.enterpriseUser(accountId)) ?? null;
  if (found === null) await client.top?.self();
  return found;
}

export const ownAccount =
  'No enterprise user of the group: the account is the person’s own, and only they can change it. Out of the group it opens nothing there.';
