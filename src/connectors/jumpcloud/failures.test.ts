import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { fakeJumpCloud } from './fake.ts';
import { jumpCloud } from './index.ts';
import { settings } from './settings.ts';

const connection = settings.parse({ apiKey: 'a key' });

failsWell(jumpCloud, {
  settings: connection,
  accountId: 'priya',
  person: { email: 'priya.nair@meadow.example', employeeNumber: null, name: 'Priya Nair' },
  given: { 'groups.join': { params: { groups: ['Choir'] } } },
  system: (of) =>
    fakeJumpCloud({
      users: [
        {
          ...{ id: 'priya', username: 'priya.nair@meadow.example', sudo: true, totp: true },
          ...(of === 'sessions.revoke' ? { state: 'SUSPENDED' as const } : {}),
          push: [{ id: 'p1', name: 'phone' }],
          sshKeys: [{ _id: 'k1', name: 'laptop' }],
        },
      ],
      groups: [
        { id: 'g1', name: 'Sales', members: ['priya'] },
        { id: 'g2', name: 'Choir', members: [] },
      ],
      systems: [
        {
          ...{ id: 's1', name: 'laptop', serial: 'PF1ABC', osFamily: 'windows' as const },
          ...{ users: ['priya'], primaryUser: 'priya' },
        },
      ],
    }),
});

listsPageByPage(jumpCloud, {
  settings: connection,
  system: (count) =>
    fakeJumpCloud({
      users: Array.from({ length: count }, (_, i) => ({ id: `u${i}`, username: `u${i}` })),
    }),
});
