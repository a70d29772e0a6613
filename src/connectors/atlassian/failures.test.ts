import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { fakeAtlassian } from './fake.ts';
import { atlassian } from './index.ts';
import { settings } from './settings.ts';

const connection = settings.parse({ organisationId: 'org', apiKey: 'a key' });

failsWell(atlassian, {
  settings: connection,
  accountId: 'priya',
  person: { email: 'priya.nair@meadow.example', employeeNumber: null, name: 'Priya Nair' },
  given: { 'groups.join': { params: { groups: ['choir'] } } },
  system: () =>
    fakeAtlassian({
      members: [
        {
          ...{ accountId: 'priya', email: 'priya.nair@meadow.example' },
          tokens: [{ id: 't1', label: 'export' }],
          roles: [
            { role: 'atlassian/org-admin', resource: null },
            { role: 'atlassian/admin', resource: 'ari:cloud:jira::site/1' },
          ],
          directories: [{ id: 'd1' }, { id: 'd2' }],
        },
      ],
      groups: [
        { id: 'g1', name: 'jira-users', members: ['priya'] },
        { id: 'g2', name: 'choir', members: [] },
      ],
    }),
});

listsPageByPage(atlassian, {
  settings: connection,
  system: (count) =>
    fakeAtlassian({
      members: Array.from({ length: count }, (_, i) => ({
        ...{ accountId: `m${i}`, email: `${i}@meadow.example` },
      })),
    }),
});
