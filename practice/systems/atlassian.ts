import { type FakeMember, fakeAtlassian } from '#connectors/atlassian/fake.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

/** The accounts behind Jira and Confluence. */
export function atlassian(people: Vendor['people']): Vendor {
  const apiKey = newSecret();
  const members = byPerson(
    people,
    (it): FakeMember => ({
      accountId: `712020:${it.personId}`,
      email: it.email,
      tokens: [{ id: `t-${it.personId}`, label: 'Reports' }],
    }),
  );
  const groups = [
    {
      id: 'jira-users',
      name: 'jira-users',
      members: [...members.values()].map(({ accountId }) => accountId),
    },
  ];
  const { fetch } = fakeAtlassian({ members: [...members.values()], groups, apiKey });

  return {
    hosts: ['api.atlassian.com'],
    fetch,
    people,
    connection: {
      id: 'atlassian',
      connector: 'atlassian',
      name: 'Atlassian',
      settings: { organisationId: 'org', apiKey },
    },
    about: `api.atlassian.com, ${members.size} people, ${groups.length} group`,
    look({ personId }) {
      const it = members.get(personId);
      if (!it) return [];
      const status = it.accountStatus ?? 'active';
      const suspended = it.directories?.every((one) => one.suspended) ?? false;
      const answered = `${suspended ? 'suspended' : status}, ${it.tokens?.length ?? 0} tokens`;
      const open = status === 'active' && !suspended;
      return [{ login: it.email, open, asked: 'status', answered }];
    },
    held: ({ personId }) => [
      members.get(personId),
      groups.filter((it) => it.members.includes(`712020:${personId}`)).map(({ id }) => id),
    ],
  };
}
