import { z } from 'zod';
import { unlessMissing } from '#connector-kit/http.ts';
import type { NewAccount } from '#core/account.ts';
import { scopes } from './scopes.ts';
import { all, inPath, pageOf, pagesOf, type Speak, withoutNaming } from './web.ts';

const ExternalId = z.object({ type: z.string().optional(), value: z.string().optional() });

/** The part of a user that we read. */
export const User = z.object({
  id: z.string(),
  primaryEmail: z.string(),
  aliases: z.array(z.string()).default([]),
  nonEditableAliases: z.array(z.string()).default([]),
  customerId: z.string().optional(),
  orgUnitPath: z.string().optional(),
  suspended: z.boolean().default(false),
  suspensionReason: z.string().optional(),
  archived: z.boolean().default(false),
  isAdmin: z.boolean().default(false),
  isDelegatedAdmin: z.boolean().default(false),
  isEnrolledIn2Sv: z.boolean().default(false),
  isEnforcedIn2Sv: z.boolean().default(false),
  isMailboxSetup: z.boolean().default(false),
  recoveryEmail: z.string().default(''),
  recoveryPhone: z.string().default(''),
  lastLoginTime: z.string().optional(),
  externalIds: z.array(ExternalId).default([]),
  sshPublicKeys: z.array(z.unknown()).default([]),
  posixAccounts: z.array(z.unknown()).default([]),
});
export type User = z.infer<typeof User>;

/** What is to be changed of a user; what is left out stays. */
export interface UserChange {
  readonly suspended?: boolean;
  readonly password?: string;
  readonly recoveryEmail?: '';
  readonly recoveryPhone?: '';
  readonly orgUnitPath?: string;
  readonly sshPublicKeys?: null;
  readonly posixAccounts?: null;
}

const Group = z.object({ id: z.string(), email: z.string(), name: z.string().optional() });
export type Group = z.infer<typeof Group>;
const Member = z.object({ id: z.string(), role: z.string(), email: z.string().optional() });
export type Member = z.infer<typeof Member>;
const Role = z.object({
  roleId: z.string(),
  roleName: z.string().optional(),
  isSuperAdminRole: z.boolean().default(false),
});
const RoleAssignment = z.object({
  roleAssignmentId: z.string(),
  roleId: z.string(),
  assigneeType: z.string().optional(),
  scopeType: z.string().optional(),
  orgUnitId: z.string().optional(),
  condition: z.string().optional(),
});

/** A role that somebody is to have. */
export interface RoleWanted {
  readonly roleId: string;
  readonly scopeType: string;
  readonly orgUnitId?: string;
  readonly condition?: string;
}

const base = '/admin/directory/v1';
const customer = `${base}/customer/my_customer`;
const user = (key: string) => `${base}/users/${inPath(key)}`;
const group = (key: string) => `${base}/groups/${inPath(key)}`;
const member = (groupId: string, key: string) => `${group(groupId)}/members/${inPath(key)}`;

/** Users, groups and roles. https://developers.google.com/workspace/admin/directory/reference/rest */
export function openDirectory(speak: Speak) {
  const users = speak('admin', scopes.users);
  const groups = speak('admin', scopes.groups);
  const roles = speak('admin', scopes.roles);
  const usersWhere = (query: Readonly<Record<string, string>>) =>
    pagesOf(
      users,
      `${base}/users`,
      { customer: 'my_customer', maxResults: '500', ...query },
      pageOf('users', User),
    );

  return {
    /** By id, address or alias. */
    user: (key: string) => withoutNaming(key, users.get(user(key), User)),
    /** Nobody's search finds what was made in the last hour; whoever has the address is found by it at once. */
    usersWhere: (query: string) => all(usersWhere({ query })),
    allUsers: () => usersWhere({}),
    createUser: (it: NewUser) => users.call('POST', `${base}/users`, it),
    /** Google says of PATCH that it cannot clear lists, and to use PUT, which leaves alone what is left out. */
    change: (id: string, change: UserChange) => users.call('PUT', user(id), change),
    deleteUser: (id: string) => users.call('DELETE', user(id)),
    addAlias: (id: string, alias: string) =>
      withoutNaming(alias, users.call('POST', `${user(id)}/aliases`, { alias })),
    removeAlias: (id: string, alias: string) =>
      withoutNaming(alias, users.call('DELETE', `${user(id)}/aliases/${inPath(alias)}`)),
    undelete: (id: string, orgUnitPath: string) =>
      users.call('POST', `${user(id)}/undelete`, { orgUnitPath }),
    setSuperAdmin: (id: string, status: boolean) =>
      users.call('POST', `${user(id)}/makeAdmin`, { status }),

    groupsOf: (id: string) =>
      all(
        pagesOf(
          groups,
          `${base}/groups`,
          { userKey: id, maxResults: '200' },
          pageOf('groups', Group),
        ),
      ),
    group: (key: string) => unlessMissing(groups.get(group(key), Group)),
    membership: (groupId: string, key: string) =>
      unlessMissing(groups.get(member(groupId, key), Member)),
    ownersOf: (groupId: string) =>
      all(
        pagesOf(
          groups,
          `${group(groupId)}/members`,
          { roles: 'OWNER', maxResults: '200' },
          pageOf('members', Member),
        ),
      ),
    join: (groupId: string, email: string, role: string) =>
      groups.call('POST', `${group(groupId)}/members`, { email, role }),
    setRoleIn: (groupId: string, key: string, role: string) =>
      groups.call('PUT', member(groupId, key), { role }),
    leave: (groupId: string, key: string) => groups.call('DELETE', member(groupId, key)),

    roles: () =>
      all(pagesOf(roles, `${customer}/roles`, { maxResults: '100' }, pageOf('items', Role))),
    /** Those through groups as well. */
    rolesOf: (id: string) =>
      all(
        pagesOf(
          roles,
          `${customer}/roleassignments`,
          { userKey: id, includeIndirectRoleAssignments: 'true', maxResults: '200' },
          pageOf('items', RoleAssignment),
        ),
      ),
    giveRole: (id: string, role: RoleWanted) =>
      roles.call('POST', `${customer}/roleassignments`, { ...role, assignedTo: id }),
    takeRole: (assignmentId: string) =>
      roles.call('DELETE', `${customer}/roleassignments/${inPath(assignmentId)}`),
  };
}

/** A user as it is created. */
export interface NewUser {
  readonly primaryEmail: string;
  readonly name: { readonly givenName: string; readonly familyName: string };
  readonly password: string;
  readonly changePasswordAtNextLogin: boolean;
  readonly orgUnitPath?: string;
  readonly externalIds: readonly { readonly type: string; readonly value: string }[];
  readonly organizations: readonly {
    readonly primary: boolean;
    readonly department?: NonNullable<NewAccount['department']>;
    readonly title?: NonNullable<NewAccount['title']>;
  }[];
}
