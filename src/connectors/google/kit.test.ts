import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { needsItsScopes } from '#connector-kit/testing/needs-its-scopes.ts';
import type { Trial } from '#connector-kit/testing/trial.ts';
import { fakeGoogle } from './fake.ts';
import { google } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const newcomer = 'nora.lind@meadow.example';
const to = 'sam@meadow.example';

/** One key for all of them, so that a token of one is good in the others. */
const keyId = 'one for all';
const { keyFile, admin } = fakeGoogle({ keyId, users: [] });
const connection = settings.parse({ key: keyFile, admin });

/** Priya, who has something of everything. */
const company = () =>
  fakeGoogle({
    keyId,
    users: [
      {
        ...{ id: 'priya', primaryEmail: 'priya.nair@meadow.example' },
        ...{ isEnrolledIn2Sv: true, backupCodes: ['12345678'], recoveryPhone: '+4930123456' },
        tokens: [{ clientId: 'c', displayText: 'C' }],
        appPasswords: [{ codeId: 7, name: 'Old phone' }],
        sshPublicKeys: [{ key: 'ssh-ed25519 AAAA' }],
        mail: {
          ...{ delegates: ['eve@meadow.example'], forwardsTo: 'p@home.example' },
          ...{
            forwardingAddresses: ['p@home.example'],
            filters: [{ id: 'f', forward: 'p@home.example' }],
          },
        },
        devices: [{ id: 'd1', model: 'Pixel 9' }],
        licences: [{ product: 'Google-Apps', sku: '1010020020' }],
        aliases: ['pn@meadow.example'],
      },
      { id: 'sam', primaryEmail: to },
    ],
    groups: [
      { id: 'g1', email: 'sales@meadow.example', members: { priya: 'OWNER', sam: 'OWNER' } },
      { id: 'g2', email: 'choir@meadow.example', members: {} },
    ],
    // A hold on a unit, so that units are asked for.
    matters: [
      {
        ...{ matterId: 'm1', state: 'OPEN' },
        holds: [{ holdId: 'h', name: 'all', corpus: 'MAIL', orgUnit: { orgUnitId: 'id:sales' } }],
      },
    ],
    units: [{ id: 'id:sales', path: '/Sales' }],
    roles: [{ roleId: '2', roleName: '_HELP_DESK_ADMIN_ROLE' }],
    assignments: [
      { roleAssignmentId: 'a-2', roleId: '2', assignedTo: 'priya', scopeType: 'CUSTOMER' },
    ],
  });

const trial: Trial = {
  settings: connection,
  system: company,
  person: { email: 'priya.nair@meadow.example', employeeNumber: null, name: 'Priya Nair' },
  accountId: 'priya',
  given: {
    'account.create': {
      accountId: newcomer,
      params: {
        person: {
          ...{ name: 'Nora Lind', email: newcomer, employeeNumber: 'E-77' },
          ...{ department: null, title: null },
        },
      },
    },
    'groups.join': { params: { groups: ['choir@meadow.example'] } },
    'ownership.transfer': { params: { to } },
    'data.transfer': { params: { to } },
    'mailbox.hand-over': { params: { to, reply: 'Please write to sales.' } },
  },
};

/** Where there is Vault, nothing is held yet. */
const withVault: Trial = {
  ...trial,
  settings: settings.parse({ key: keyFile, admin, vault: true }),
  given: {
    ...trial.given,
    'data.preserve': { params: { matter: 'm1' } },
    'mailbox.hand-over': { params: { to, aliases: 'go to the reader' } },
  },
};

needsItsScopes(google, { ...trial, spec });
needsItsScopes(google, { ...withVault, spec });
failsWell(google, withVault);
listsPageByPage(google, {
  settings: connection,
  system: (count) =>
    fakeGoogle({
      keyId,
      users: Array.from({ length: count - 1 }, (_, i) => ({
        ...{ id: `u${i}`, primaryEmail: `u${i}@meadow.example` },
      })),
    }),
});
