import { type Account, connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { address, type Member, openAtlassian } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** An organisation of Atlassian’s cloud: the accounts behind Jira, Confluence, Bitbucket and Trello. */
export const atlassian = connector({
  id: 'atlassian',
  name: 'Atlassian organisation',
  category: 'collaboration',
  settings,
  hosts: () => [hostOf(address)],
  open: openAtlassian,

  async check(client) {
    return { actingAs: `API key of ${await client.organisation()}`, scopes: null };
  },

  accounts: {
    async find(client, { email }) {
      const found = await client.membersWith(email);
      const isSame = (it: Member) => it.email?.toLowerCase() === email.toLowerCase();
      return found.filter(isSame).map(toAccount);
    },
    async *list(client) {
      for await (const member of client.members()) yield toAccount(member);
    },
  },

  actions: [suspendAccount, revokeTokens, removeRoles, leaveGroups, joinGroups, deleteAccount],
});

function toAccount(it: Member): Account {
  const seen = (it.productAccess ?? []).flatMap(({ lastActiveTimestamp: at }) => (at ? [at] : []));
  return {
    id: it.accountId,
    login: it.email ?? it.accountId,
    status: statusOf(it),
    privileged: (it.platformRoles ?? []).some((role) => role !== 'atlassian/ai-access'),
    lastSeenAt: seen.toSorted((a, b) => b.getTime() - a.getTime())[0] ?? null,
  };
}

/** A managed account that is in no directory still opens what belongs to nobody's organisation, such as Trello. */
function statusOf({ accountStatus, membershipStatus }: Member): Account['status'] {
  if (accountStatus === 'closed') return 'deleted';
  return accountStatus === 'inactive' || membershipStatus === 'suspended' ? 'suspended' : 'active';
}
