import { type FakeUser, fakeGitLab } from '#connectors/gitlab/fake.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

/** A GitLab of the company's own, where the web shop is built. */
export function gitLab(people: Vendor['people']): Vendor {
  const token = `glpat-${newSecret()}`;
  const users = byPerson(
    people,
    ({ personId, login, email }): FakeUser => ({
      id: Number(personId.slice(2)),
      username: login,
      email,
      state: 'active',
      twoFactor: true,
      tokens: [{ id: Number(personId.slice(2)) + 100, name: 'deploy' }],
      sshKeys: [{ id: Number(personId.slice(2)) + 200, title: 'laptop' }],
    }),
  );
  const admin: FakeUser = {
    ...{ id: 1, username: 'gatehouse', email: 'gatehouse@meadow.example' },
    ...{ state: 'active', admin: true },
  };
  const { fetch } = fakeGitLab({ users: [admin, ...users.values()], token });

  return {
    hosts: ['gitlab.meadow.example'],
    fetch,
    people,
    connection: {
      id: 'gitlab',
      connector: 'gitlab',
      name: 'GitLab',
      settings: { address: 'https://gitlab.meadow.example', token },
    },
    about: `gitlab.meadow.example, ${users.size} people`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const keys = (it.tokens?.length ?? 0) + (it.sshKeys?.length ?? 0);
      const answered = `${it.state}, ${keys} keys`;
      return [{ login: it.username, open: it.state === 'active', asked: 'state', answered }];
    },
    held: ({ personId }) => users.get(personId),
  };
}
