import { fakeGoogle } from '#connectors/google/fake.ts';
import type { FakeUser } from '#connectors/google/fake-world.ts';
import { hosts } from '#connectors/google/web.ts';
import { byPerson, type Vendor } from './vendor.ts';

/** Mail and files of whoever works with customers. Google ends sessions only while an account is open. */
export function google(people: Vendor['people']): Vendor {
  const users = byPerson(
    people,
    (it): FakeUser => ({
      id: `g-${it.personId}`,
      primaryEmail: it.email,
      number: it.personId,
      isEnrolledIn2Sv: true,
      backupCodes: ['10000001', '10000002'],
      tokens: [{ clientId: 'notes.example', displayText: 'Notes' }],
      sessions: 2,
    }),
  );
  const groups = ['everybody', 'customers'].map((name) => ({
    id: `group-${name}`,
    email: `${name}@meadow.example`,
    members: Object.fromEntries([...users.values()].map(({ id }) => [id, 'MEMBER' as const])),
  }));
  const { fetch, keyFile, admin } = fakeGoogle({ users: [...users.values()], groups });

  return {
    hosts: Object.values(hosts),
    fetch,
    people,
    connection: {
      id: 'google',
      connector: 'google',
      name: 'Google',
      settings: { key: keyFile, admin },
    },
    about: `admin.googleapis.com, ${users.size} people, ${groups.length} groups`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const suspended = it.suspended ?? false;
      const answered = `${suspended}, ${it.sessions ?? 0} sessions, ${it.tokens?.length ?? 0} tokens`;
      return [{ login: it.primaryEmail, open: !suspended, asked: 'suspended', answered }];
    },
    held: ({ personId }) => [
      users.get(personId),
      groups.filter(({ members }) => `g-${personId}` in members).map(({ id }) => id),
    ],
  };
}
