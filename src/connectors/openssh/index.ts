import { connector } from '#connector-kit/contract.ts';
import { openHosts } from './api.ts';
import { leaveGroups } from './leave-groups.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { addressOf, settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** Accounts on Linux hosts that people sign in to with ssh. One connection is a set of hosts. */
export const openSsh = connector({
  id: 'openssh',
  name: 'OpenSSH hosts',
  category: 'network',
  settings,
  hosts: ({ hosts }) => hosts.map(addressOf),
  open: (it, io) => openHosts(it, io),

  async check(hosts) {
    return { actingAs: await hosts.check(), scopes: null };
  },

  accounts: {
    find: (hosts, person) => hosts.accountsOf(person),
    list: (hosts) => hosts.allAccounts(),
    own: async (hosts) => hosts.user,
  },

  actions: [suspendAccount, revokeTokens, leaveGroups, revokeSessions],
});
