import { fakeMicrosoft } from '#connectors/microsoft/fake.ts';
import type { FakeUser } from '#connectors/microsoft/fake-tenant.ts';
import { scopes } from '#connectors/microsoft/scopes.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

/** Whoever works with customers writes and calculates with it. */
export function microsoft(people: Vendor['people']): Vendor {
  const users = byPerson(
    people,
    (it): FakeUser => ({
      id: `aad-${it.personId}`,
      userPrincipalName: it.email,
      displayName: it.name,
      employeeId: it.personId,
      methods: [
        { id: 'm-app', type: 'microsoftAuthenticator' },
        { id: 'm-phone', type: 'phone', phoneType: 'mobile' },
      ],
    }),
  );
  const groups = ['All staff', 'Customers'].map((name) => ({
    id: `g-${name.toLowerCase().replace(' ', '-')}`,
    name,
    members: [...users.values()].map(({ id }) => id),
  }));
  const { fetch } = fakeMicrosoft({
    users: [...users.values()],
    groups,
    permissions: Object.values(scopes),
  });

  return {
    hosts: ['graph.microsoft.com', 'login.microsoftonline.com'],
    fetch,
    people,
    connection: {
      id: 'microsoft',
      connector: 'microsoft',
      name: 'Microsoft',
      settings: {
        tenantId: 'meadow.example',
        clientId: '4f6c1a52-91a5-4cb0-b7b7-4b9c4f1f8f01',
        clientSecret: newSecret(),
      },
    },
    about: `graph.microsoft.com, ${users.size} people, ${groups.length} groups`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const open = it.accountEnabled ?? true;
      const answered = `${open}, ${it.methods?.length} methods`;
      return [{ login: it.userPrincipalName, open, asked: 'accountEnabled', answered }];
    },
    held: ({ personId }) => [
      users.get(personId),
      groups.filter(({ members }) => members.includes(`aad-${personId}`)).map(({ id }) => id),
    ],
  };
}
