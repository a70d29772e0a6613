import { connector } from '#connector-kit/contract.ts';
import { openVpnServer } from './api.ts';
import { addressOf } from './management.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** VPN sessions of one server of OpenVPN, by its management interface. */
export const openVpn = connector({
  id: 'openvpn',
  name: 'OpenVPN',
  category: 'network',
  settings,
  hosts: (it) => [addressOf(it)].filter((host) => host !== null),
  open: (it, io) => openVpnServer(it, io),

  async check(server) {
    return { actingAs: await server.check(), scopes: null };
  },

  accounts: {
    find: async (server, person) => server.accountsOf(person),
    list: (server) => server.connected(),
  },

  actions: ({ door }) => [...(door === 'certificates' ? [suspendAccount] : []), revokeSessions],
});
