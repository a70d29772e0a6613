import { generateKeyPairSync } from 'node:crypto';
import { fakeGitHub } from '#connectors/github/fake.ts';
import type { FakeUser } from '#connectors/github/fake-world.ts';
import { byPerson, type Vendor } from './vendor.ts';

/** Where price lists and offers are kept. Whose login is whose, the company's single sign-on tells. */
export function gitHub(people: Vendor['people']): Vendor {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const users = byPerson(
    people,
    ({ personId, login, email }): FakeUser => ({
      id: Number(personId.slice(2)),
      login: login.replace('.', '-'),
      role: 'member',
      saml: { nameId: email, emails: [email] },
    }),
  );
  const owner: FakeUser = { id: 1, login: 'meadow-gatehouse', role: 'admin' };
  const sellers = {
    slug: 'sellers',
    name: 'Sellers',
    members: [...users.values()].map(({ id }) => ({ id, role: 'member' as const })),
  };
  const tokens = [...users.values()].map(({ id }) => ({ id: id + 100, owner: id, name: 'laptop' }));
  const { fetch } = fakeGitHub({
    users: [owner, ...users.values()],
    teams: [sellers],
    tokens,
  });

  return {
    hosts: ['api.github.com'],
    fetch,
    people,
    connection: {
      id: 'github',
      connector: 'github',
      name: 'GitHub',
      settings: { organisation: 'meadow', clientId: 'Iv1.meadow', privateKey, findBy: ['saml'] },
    },
    about: `api.github.com, ${users.size} members, 1 team`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const open = it.role !== undefined;
      const held = tokens.filter(({ owner }) => owner === it.id).length;
      const answered = `${it.role ?? 'none'}, ${held} tokens`;
      return [{ login: it.login, open, asked: 'role', answered }];
    },
    held({ personId }) {
      const it = users.get(personId);
      return [
        it,
        sellers.members.some(({ id }) => id === it?.id),
        tokens.filter(({ owner }) => owner === it?.id),
      ];
    },
  };
}
