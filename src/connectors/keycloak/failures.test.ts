import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { fakeKeycloak } from './fake.ts';
import { keycloak } from './index.ts';
import { settings } from './settings.ts';

const connection = settings.parse({
  ...{ address: 'https://id.meadow.test', realm: 'meadow', clientId: 'gatehouse' },
  clientSecret: 'a secret',
});
const person = {
  ...{ name: 'Sam Okafor', email: 'sam@meadow.example', employeeNumber: 'E-2' },
  ...{ department: null, title: null },
};

failsWell(keycloak, {
  settings: connection,
  accountId: 'priya',
  person: { email: 'priya.nair@meadow.example', employeeNumber: null, name: 'Priya Nair' },
  given: {
    'account.create': { accountId: person.email, params: { person } },
    'groups.join': { params: { groups: ['/Choir'] } },
  },
  system: () =>
    fakeKeycloak({
      users: [
        {
          ...{ id: 'priya', username: 'priya.nair@meadow.example', passwordSetAt: 1 },
          ...{ sessions: 2, offline: ['mail'], consents: ['wiki'], links: ['google'] },
          credentials: [{ id: 'c1', type: 'otp' }],
          realmRoles: ['lead'],
          clientRoles: { 'realm-management': ['view-users'] },
        },
      ],
      groups: [
        { id: 'g1', path: '/Sales', members: ['priya'] },
        { id: 'g2', path: '/Choir', members: [] },
        { id: 'g3', path: '/Admins', members: [], adminRoles: ['view-users'] },
      ],
    }),
});

listsPageByPage(keycloak, {
  settings: connection,
  system: (count) =>
    fakeKeycloak({
      users: Array.from({ length: count }, (_, i) => ({ id: `u${i}`, username: `u${i}` })),
    }),
});
