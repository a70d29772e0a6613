import { startFakeOpenVpn } from '#connectors/openvpn/fake.ts';
import type { Colleague } from '../company.ts';
import type { PracticeSystem } from './system.ts';
import { newSecret } from './vendor.ts';

/**
 * The way in from home, by name and password of the directory. It is spoken to as a real server is; the tunnels are
 * made up, since only root makes real ones.
 */
export async function startVpn(connected: readonly Colleague[]): Promise<PracticeSystem> {
  const password = newSecret();
  const server = await startFakeOpenVpn(
    password,
    connected.map(({ login }) => ({ commonName: 'UNDEF', username: login })),
    () => new Date(),
  );
  const sessionsOf = ({ login }: Colleague) =>
    [...server.clients.values()].filter(({ username }) => username === login).length;

  return {
    connection: {
      id: 'vpn',
      connector: 'openvpn',
      name: 'VPN',
      settings: {
        ...{ host: '127.0.0.1', port: server.port, password },
        ...{ door: 'directory', loginDomain: 'meadow.example' },
      },
    },
    about: `OpenVPN by its management interface, ${connected.length} people connected`,
    targets: [{ port: server.port, http: false }],
    async look(person) {
      if (!connected.includes(person)) return [];
      const sessions = sessionsOf(person);
      const answered = sessions === 1 ? '1 session' : `${sessions} sessions`;
      return [{ login: person.login, open: sessions > 0, asked: 'status of the VPN', answered }];
    },
    changed: async () =>
      new Set(connected.filter((it) => sessionsOf(it) !== 1).map(({ login }) => login)),
    stop: server.stop,
  };
}
