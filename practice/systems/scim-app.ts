import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Category } from '#core/connection.ts';
import type { Colleague } from '../company.ts';
import { type ScimServer, startScimServer } from '../servers/scim.ts';
import type { PracticeSystem } from './system.ts';

export interface ScimAppOptions {
  readonly id: string;
  readonly name: string;
  readonly category: Category;
  readonly people: readonly Colleague[];
  /** Names of the groups somebody is in. */
  readonly groupsOf: (it: Colleague) => readonly string[];
  /** Logins of people who have a second account, for administering it. */
  readonly administrators?: readonly string[];
  /** Whether Gatehouse may make accounts, and delete them. */
  readonly makesAccounts?: boolean;
  /** The vendor says that deactivating an account ends its sessions. */
  readonly endsSessions?: boolean;
}

export type ScimApp = PracticeSystem & { readonly server: ScimServer };

const adminGroup = 'Administrators';
const User = z.object({ active: z.boolean() });
const Found = z.object({ Resources: z.array(User).default([]) });

/** An application that speaks SCIM 2.0. */
export async function startScimApp(options: ScimAppOptions): Promise<ScimApp> {
  const { id, name, category, people, groupsOf, administrators = [], endsSessions } = options;
  const { makesAccounts: canCreate = false } = options;
  const admins = people.filter((it) => administrators.includes(it.login));
  const users = [
    ...people.map((it) => ({ login: it.login, person: it, userName: it.email })),
    ...admins.map((it) => {
      const login = `${it.login}-admin`;
      return { login, person: it, userName: login };
    }),
  ];
  const names = [...new Set(people.flatMap(groupsOf))].sort();
  const groups = names.map((group) => ({
    displayName: group,
    members: people.filter((it) => groupsOf(it).includes(group)).map((it) => it.login),
  }));
  const token = randomBytes(24).toString('base64url');
  const server = await startScimServer({
    token,
    users: users.map(({ login, person, userName }) => ({
      id: login,
      userName,
      displayName: person.name,
      emails: [{ value: person.email, primary: true }],
    })),
    groups: [
      ...groups,
      ...(admins.length > 0
        ? [{ displayName: adminGroup, members: admins.map((it) => `${it.login}-admin`) }]
        : []),
    ],
  });

  const ask = (path: string) =>
    fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

  return {
    server,
    connection: {
      id,
      connector: 'scim',
      name,
      category,
      settings: {
        baseUrl: server.url,
        token,
        administrators: [adminGroup],
        ...(endsSessions ? { suspendingEndsSessions: true } : {}),
        ...(canCreate ? { canCreate, canDelete: canCreate } : {}),
      },
    },
    about: `SCIM 2.0, ${users.length} accounts, ${server.groups.size} groups`,
    targets: [{ port: Number(new URL(server.url).port), http: true }],
    async look(person) {
      const own = users.filter((it) => it.person.personId === person.personId);
      return Promise.all(
        own.map(async ({ login }) => {
          const response = await ask(`/Users/${encodeURIComponent(login)}`);
          const asked = `GET /Users/${login}`;
          if (response.status === 404) return { login, open: false, asked, answered: '404, gone' };
          const { active } = User.parse(await response.json());
          return { login, open: active, asked, answered: `active: ${active}` };
        }),
      );
    },
    async find({ login, email }) {
      const filter = new URLSearchParams({ filter: `userName eq "${email}"` });
      const { Resources } = Found.parse(await (await ask(`/Users?${filter}`)).json());
      const [found] = Resources;
      if (!found) return null;
      const asked = 'GET /Users?filter=…';
      return { login, open: found.active, asked, answered: `active: ${found.active}` };
    },
    changed: async () => new Set(server.effects.map((it) => it.id.replace(/-admin$/, ''))),
    stop: () => server.close(),
  };
}
