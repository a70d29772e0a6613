import { randomBytes } from 'node:crypto';
import { makeAuthority } from '#connector-kit/testing/certificate.ts';
import { startFakeNas } from '#connectors/radius/fake-nas.ts';
import { startAccounting, startTlsLine } from '#connectors/radius/test-accounting.ts';
import type { Colleague } from '../company.ts';
import { stopping } from '../stopping.ts';
import type { PracticeSystem } from './system.ts';
import { newSecret } from './vendor.ts';

const nas = '127.0.0.1';

/**
 * The Wi-Fi of the offices: an access server that ends sessions when it is told to, and a real PostgreSQL into which
 * accounting is written, reached with TLS.
 */
export async function startWiFi(connected: readonly Colleague[]): Promise<PracticeSystem> {
  const stops = stopping();
  try {
    const accounting = await startAccounting();
    stops.add(accounting.stop);
    const authority = makeAuthority('Accounting of Meadow & Co');
    const line = await startTlsLine(accounting.writer, authority.issue([nas]));
    stops.add(line.stop);
    const sessions = new Map(
      connected.map(({ login }) => [randomBytes(8).toString('hex').toUpperCase(), login]),
    );
    for (const [session, login] of sessions) await accounting.begins(session, login, nas);
    const secret = newSecret();
    const server = await startFakeNas({ secret, sessions, onEnd: accounting.stops });
    stops.add(server.stop);
    const sessionsOf = ({ login }: Colleague) =>
      [...sessions.values()].filter((it) => it === login).length;

    return {
      connection: {
        id: 'wifi',
        connector: 'radius',
        name: 'Wi-Fi',
        ca: authority.ca,
        settings: {
          accessServers: [{ nas, port: server.port }],
          sharedSecrets: `${nas} ${secret}`,
          accounting: {
            ...{ host: nas, port: line.port },
            ...{ database: accounting.name, user: accounting.name },
          },
          accountingPassword: accounting.password,
          loginDomain: 'meadow.example',
        },
      },
      about: `RADIUS: an access server, and accounting in a PostgreSQL, ${sessions.size} sessions`,
      targets: [server.port, line.port].map((port) => ({ port, http: false })),
      async look(person) {
        if (!connected.includes(person)) return [];
        const left = sessionsOf(person);
        const answered = left === 1 ? '1 session' : `${left} sessions`;
        return [{ login: person.login, open: left > 0, asked: 'sessions it serves', answered }];
      },
      changed: async () =>
        new Set(connected.filter((it) => sessionsOf(it) !== 1).map(({ login }) => login)),
      stop: stops.all,
    };
  } catch (error) {
    await stops.all();
    throw error;
  }
}
