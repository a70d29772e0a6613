import { connector } from '#connector-kit/contract.ts';
import { openRadius } from './api.ts';
import { disconnect, revokeSessions } from './revoke-sessions.ts';
import { placeOf, type Settings, settings, targetOf } from './settings.ts';

/** Sessions at VPN gateways, wireless controllers and switches that let people in by RADIUS. */
export const radius = connector({
  id: 'radius',
  name: 'RADIUS',
  category: 'network',
  settings,
  hosts: ({ accessServers, accounting }) => [
    ...new Set(
      [...accessServers.map(targetOf), accounting].map(({ host, port }) => placeOf(host, port)),
    ),
  ],
  open: (it, io) => openRadius(it, io),

  async check(client) {
    return { actingAs: await client.check(), scopes: null };
  },

  accounts: {
    find: (client, person) => client.accountsOf(person),
    list: (client) => client.connected(),
  },

  actions: ({ sendsStops }: Settings) => [sendsStops === 'yes' ? revokeSessions : disconnect],
});
