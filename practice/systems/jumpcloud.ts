import { type FakeUser, fakeJumpCloud } from '#connectors/jumpcloud/fake.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

/** The sign-in to the laptops of those who sell. */
export function jumpCloud(people: Vendor['people']): Vendor {
  const apiKey = newSecret();
  const users = byPerson(
    people,
    (it): FakeUser => ({
      id: `jc-${it.personId}`,
      username: it.login,
      email: it.email,
      employeeIdentifier: it.personId,
      totp: true,
      sshKeys: [{ _id: `key-${it.personId}`, name: 'laptop' }],
    }),
  );
  const groups = [
    { id: 'jc-laptops', name: 'Laptops', members: [...users.values()].map(({ id }) => id) },
  ];
  const { fetch } = fakeJumpCloud({ users: [...users.values()], groups, apiKey });

  return {
    hosts: ['console.jumpcloud.com'],
    fetch,
    people,
    connection: {
      id: 'jumpcloud',
      connector: 'jumpcloud',
      name: 'JumpCloud',
      settings: { apiKey },
    },
    about: `console.jumpcloud.com, ${users.size} people, ${groups.length} group`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const state = it.state ?? 'ACTIVATED';
      const answered = `${state}, ${it.sshKeys?.length ?? 0} SSH keys`;
      return [{ login: it.username, open: state === 'ACTIVATED', asked: 'state', answered }];
    },
    held: ({ personId }) => [
      users.get(personId),
      groups.filter(({ members }) => members.includes(`jc-${personId}`)).map(({ id }) => id),
    ],
  };
}
