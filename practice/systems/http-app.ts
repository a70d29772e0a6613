import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Category } from '#core/connection.ts';
import type { Colleague } from '../company.ts';
import {
  type HttpSystem,
  type HttpSystemStyle,
  type NewSystemUser,
  startHttpSystem,
} from '../servers/http-system.ts';
import { describeSystem } from './descriptions.ts';
import { type PracticeSystem, serviceAccount } from './system.ts';

export interface HttpAppOptions {
  readonly id: string;
  readonly name: string;
  readonly category: Category;
  readonly style?: HttpSystemStyle;
  readonly people: readonly Colleague[];
  readonly roleOf: (it: Colleague) => string;
  /** Logins of people who have a second account, for administering it. */
  readonly administrators?: readonly string[];
  /** Whether it has sessions that can be listed and ended. */
  readonly hasSessions?: boolean;
  /** Whether Gatehouse keeps tickets there. */
  readonly keepsTickets?: boolean;
}

export type HttpApp = PracticeSystem & { readonly server: HttpSystem };

const User = z.object({ login: z.string(), status: z.string() });

/** A small vendor's system with an API of its own, connected by a description and no code. */
export async function startHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const { id, name, category, style, people, roleOf, administrators = [] } = options;
  const { hasSessions = false, keepsTickets = false } = options;
  const users: NewSystemUser[] = [
    { ...serviceAccount, login: 'gatehouse', name: 'Gatehouse' },
    ...people.map((it) => ({
      id: it.personId,
      email: it.email,
      employeeNumber: it.personId,
      login: it.login,
      name: it.name,
      role: roleOf(it),
      sessions: hasSessions ? [`${it.login}-laptop`, `${it.login}-phone`] : [],
    })),
    ...people
      .filter((it) => administrators.includes(it.login))
      .map((it) => ({
        id: `${it.personId}-admin`,
        email: it.email,
        login: `${it.login}-admin`,
        name: `${it.name} (administration)`,
        role: 'admin',
      })),
  ];
  const token = randomBytes(24).toString('base64url');
  const server = await startHttpSystem({ name, users, token, ...(style ? { style } : {}) });

  return {
    server,
    connection: {
      id,
      connector: 'http',
      name,
      category,
      settings: {
        address: server.url,
        secret: token,
        knownAccount: serviceAccount,
        description: describeSystem(name, { hasSessions, keepsTickets }),
      },
    },
    about: `HTTP without code, ${users.length - 1} accounts`,
    targets: [{ port: server.port, http: true }],
    async look({ email }) {
      const own = users.filter((it) => it.email === email);
      return Promise.all(
        own.map(async ({ id }) => {
          const response = await fetch(`${server.url}/users/${id}`, {
            headers: { authorization: `Bearer ${token}` },
          });
          const { login, status } = User.parse(await response.json());
          const open = status === 'active';
          return { login, open, asked: `GET /users/${id}`, answered: `status: ${status}` };
        }),
      );
    },
    async changed() {
      // A ticket is no account.
      const changes = server.effects.filter((it) => !server.tickets.has(it.id));
      const logins = changes.map((it) => server.users.get(it.id)?.login ?? it.id);
      return new Set(logins.map((it) => it.replace(/-admin$/, '')));
    },
    stop: () => server.close(),
  };
}
