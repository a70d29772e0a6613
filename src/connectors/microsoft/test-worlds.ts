import type { AnyTransition } from '#connector-kit/contract.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';
import { handOverMailbox } from './hand-over-mailbox.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { lockDevices } from './lock-devices.ts';
import { moveReports } from './move-reports.ts';
import { removeLicences } from './remove-licences.ts';
import { removeMethods } from './remove-methods.ts';
import { removeRoles } from './remove-roles.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { suspendAccount } from './suspend-account.ts';
import {
  appId,
  globalAdministrator,
  graphAppId,
  groupId,
  priyaId,
  productId,
  samId,
  type World,
} from './test-tenant.ts';
import { transferFiles } from './transfer-files.ts';
import { transferOwnership } from './transfer-ownership.ts';
import { wipeDevices } from './wipe-devices.ts';

/** Each action with a tenant in which all of it has something to do. */
export interface Practice {
  readonly action: AnyTransition;
  readonly params: unknown;
  readonly world: World;
  readonly accountId?: string;
}

const inAGroup = {
  groups: [
    { id: groupId, name: 'Design', members: [priyaId] },
    { id: appId, name: 'Everybody', members: [priyaId] },
  ],
};
const newcomer = {
  name: 'Noor Haddad',
  email: 'noor@meadow.example',
  employeeNumber: 'E-77',
  department: 'Design',
  title: null,
};

const practise = (action: unknown, world: World, params: unknown = {}): Practice => ({
  action: action as AnyTransition,
  params,
  world,
});

export const practice: readonly Practice[] = [
  practise(suspendAccount, {}),
  practise(removeMethods, {
    priya: {
      methods: [
        { id: 'a', type: 'microsoftAuthenticator', isDefault: true },
        { id: 'b', type: 'phone', phoneType: 'mobile' },
        { id: 'c', type: 'phone', phoneType: 'alternateMobile' },
        { id: 'd', type: 'fido2' },
        { id: 'e', type: 'external' },
      ],
    },
  }),
  practise(removeRoles, {
    groups: [{ id: groupId, name: 'Admins', members: [priyaId], givesRoles: true }],
    roles: [
      { id: 'r1', principalId: priyaId, roleId: globalAdministrator, name: 'Global Administrator' },
      { id: 'r2', principalId: groupId, roleId: globalAdministrator, name: 'Global Administrator' },
    ],
  }),
  practise(revokeTokens, {
    apps: [{ id: appId, name: 'Trello', type: 'servicePrincipal' }],
    consents: [
      {
        id: 'g1',
        clientId: appId,
        principalId: priyaId,
        resourceId: graphAppId,
        scope: 'Mail.Read',
      },
    ],
    appRoles: [{ id: 'a1', principalId: priyaId, resourceId: appId, appRoleId: graphAppId }],
  }),
  practise(leaveGroups, inAGroup, { keep: ['Everybody'] }),
  practise(
    joinGroups,
    { groups: [{ id: groupId, name: 'Design', members: [] }] },
    { groups: ['Design'] },
  ),
  practise(
    transferOwnership,
    {
      groups: [{ id: groupId, name: 'Design', members: [], owners: [priyaId] }],
      apps: [{ id: appId, name: 'Payroll sync', type: 'application', owners: [priyaId] }],
    },
    { to: 'sam@meadow.example' },
  ),
  practise(
    moveReports,
    {
      users: [
        { id: samId, userPrincipalName: 'sam@meadow.example' },
        { id: appId, userPrincipalName: 'noor@meadow.example', manager: priyaId },
      ],
    },
    { to: 'sam@meadow.example' },
  ),
  practise(transferFiles, { priya: { drive: [] } }, { to: 'sam@meadow.example' }),
  practise(
    handOverMailbox,
    {
      priya: {
        mailbox: { purpose: 'shared', rules: [{ id: 'r1', redirectTo: ['p@elsewhere.example'] }] },
      },
    },
    { to: 'sam@meadow.example', reply: 'Please write to R&D.' },
  ),
  practise(
    removeLicences,
    {
      priya: { licences: [{ product: productId }], mailbox: { purpose: 'shared' } },
      groups: [{ id: groupId, name: 'E3', members: [priyaId], licences: [graphAppId] }],
    },
    { mailbox: 'shared' },
  ),
  practise(wipeDevices, {
    priya: {
      devices: [
        { id: 'd1', name: 'MEADOW-12', owner: 'company' },
        { id: 'd2', name: 'Pixel', owner: 'unknown' },
      ],
    },
  }),
  { ...practise(createAccount, {}, { person: newcomer }), accountId: newcomer.email },
  practise(deleteAccount, {}),
];

/** Those that show that a moment moved on since they were first asked, and so are never done at the first look. */
export const moving: readonly Practice[] = [
  practise(revokeSessions, {}),
  practise(resetPassword, {}),
  practise(lockDevices, {
    priya: { devices: [{ id: 'd1', name: 'MEADOW-12', owner: 'company' }] },
  }),
];
