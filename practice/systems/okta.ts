import { type FakeUser, fakeOkta } from '#connectors/okta/fake.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

const host = 'meadow.okta.com';

/** Everybody signs in to the company's applications with it. */
export function okta(people: Vendor['people']): Vendor {
  const token = newSecret();
  const users = byPerson(
    people,
    (it): FakeUser => ({
      id: `00u${it.personId}`,
      login: it.email,
      employeeNumber: it.personId,
      factors: [
        { id: `push-${it.personId}`, factorType: 'push' },
        { id: `code-${it.personId}`, factorType: 'token:software:totp' },
      ],
      sessions: 2,
      ...(it.department === 'IT' ? { roles: [{ type: 'HELP_DESK_ADMIN' }] } : {}),
    }),
  );
  const groups = ['Everybody', ...new Set(people.map((it) => it.department))].map((name) => ({
    id: `00g${name.toLowerCase().replaceAll(' ', '-')}`,
    name,
    type: name === 'Everybody' ? ('BUILT_IN' as const) : ('OKTA_GROUP' as const),
    members: people
      .filter((it) => name === 'Everybody' || it.department === name)
      .map((it) => `00u${it.personId}`),
  }));
  const admin: FakeUser = { id: 'admin', login: 'gatehouse@meadow.example' };
  const { fetch } = fakeOkta({
    users: [admin, ...users.values()],
    groups,
    authorization: () => `SSWS ${token}`,
  });

  return {
    hosts: [host],
    fetch,
    people,
    connection: {
      id: 'okta',
      connector: 'okta',
      name: 'Okta',
      category: 'identity',
      settings: { orgUrl: `https://${host}`, token },
    },
    about: `at ${host}, ${users.size} people, ${groups.length} groups`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const status = it.status ?? 'ACTIVE';
      const answered = `${status}, ${it.sessions} sessions, ${it.factors?.length} factors`;
      return [
        { login: it.login, open: status === 'ACTIVE', asked: 'status and sessions', answered },
      ];
    },
    held: ({ personId }) => [
      users.get(personId),
      groups.filter(({ members }) => members.includes(`00u${personId}`)).map(({ id }) => id),
    ],
  };
}
