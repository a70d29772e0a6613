import { type FakeIamUser, fakeIam, fakeKeys } from '#connectors/aws-iam/fake.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

/** Where price lists are reckoned, and reports of sales lie. */
export function awsIam(people: Vendor['people']): Vendor {
  const keys = { ...fakeKeys, secretAccessKey: newSecret() };
  const virtualFactors = new Set<string>();
  const users = byPerson(people, ({ personId, login, email }): FakeIamUser => {
    const number = personId.replaceAll(/\W/g, '').padStart(16, '0');
    const factor = `arn:aws:iam::123456789012:mfa/${login}`;
    virtualFactors.add(factor);
    return {
      ...{ id: `AIDA${number}`, name: login, tags: { owner: email }, password: true },
      accessKeys: [{ id: `AKIA${number}`, active: true }],
      ...{ factors: [factor], groups: ['Sellers'] },
    };
  });
  const service: FakeIamUser = {
    ...{ id: 'AIDASERVICESERVICE01', name: 'nightly-report' },
    accessKeys: [{ id: 'AKIASERVICESERVICE01', active: true }],
  };
  const { fetch } = fakeIam({
    users: [service, ...users.values()],
    groups: [{ id: 'AGPASELLERSSELLERS01', name: 'Sellers' }],
    ...{ virtualFactors, keys },
  });

  return {
    hosts: ['iam.amazonaws.com'],
    fetch,
    people,
    connection: {
      id: 'aws',
      connector: 'aws-iam',
      name: 'AWS',
      settings: { ...keys, ownerTag: 'owner' },
    },
    about: `iam.amazonaws.com, ${users.size} users of people and 1 of a service, 1 group`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const active = it.accessKeys?.filter((key) => key.active).length ?? 0;
      const open = it.password === true || active > 0;
      const answered = `${it.password ? 'password' : 'no password'}, ${active} active keys`;
      return [{ login: it.name, open, asked: 'password and keys', answered }];
    },
    held: ({ personId }) => users.get(personId),
  };
}
