import { fakeKeycloak } from '#connectors/keycloak/fake.ts';
import type { FakeUser } from '#connectors/keycloak/fake-records.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

const host = 'id.meadow.example';

/** The sign-in of the company's own applications. */
export function keycloak(people: Vendor['people']): Vendor {
  const secret = newSecret();
  const users = byPerson(
    people,
    (it): FakeUser => ({
      id: `kc-${it.personId}`,
      username: it.email,
      credentials: [{ id: `otp-${it.personId}`, type: 'otp' }],
      sessions: 1,
      offline: ['warehouse-app'],
    }),
  );
  const groups = ['/everybody', '/vpn'].map((path) => ({
    id: `kc${path.replace('/', '-')}`,
    path,
    members: [...users.values()].map(({ id }) => id),
  }));
  const all = [...users.values()];
  const { fetch } = fakeKeycloak({ users: all, groups, secret });

  return {
    hosts: [host],
    fetch,
    people,
    connection: {
      id: 'keycloak',
      connector: 'keycloak',
      name: 'Keycloak',
      settings: {
        address: `https://${host}`,
        realm: 'meadow',
        clientId: 'gatehouse',
        clientSecret: secret,
      },
    },
    about: `at ${host}, ${users.size} people, ${groups.length} groups`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const open = it.enabled ?? true;
      const answered = `${open}, ${it.sessions} sessions, ${it.offline?.length ?? 0} offline`;
      return [{ login: it.username, open, asked: 'enabled', answered }];
    },
    find({ email }) {
      const it = all.find(({ username }) => username === email);
      if (!it) return null;
      const open = it.enabled ?? true;
      return { login: it.username, open, asked: 'enabled', answered: String(open) };
    },
    held: ({ personId }) => [
      users.get(personId),
      groups.filter(({ members }) => members.includes(`kc-${personId}`)).map(({ id }) => id),
    ],
  };
}
