import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { openGraph, query, quoted, refTo } from './graph.ts';
import type { Key, Settings } from './settings.ts';
import { workCalls } from './work.ts';

/** The part of a user that we read. */
export const User = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  mail: z.string().nullish(),
  proxyAddresses: z.array(z.string()).default([]),
  employeeId: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
  /** Kept by an Active Directory, and changed only there. */
  onPremisesSyncEnabled: z.boolean().nullish(),
  signInSessionsValidFromDateTime: z.string().nullish(),
  lastPasswordChangeDateTime: z.string().nullish(),
});
export type User = z.infer<typeof User>;

const Group = z.object({
  '@odata.type': z.string().optional(),
  id: z.string(),
  displayName: z.string().nullish(),
  groupTypes: z.array(z.string()).default([]),
  mailEnabled: z.boolean().nullish(),
  onPremisesSyncEnabled: z.boolean().nullish(),
  isAssignableToRole: z.boolean().nullish(),
  assignedLicenses: z.array(z.unknown()).default([]),
});
export type Group = z.infer<typeof Group>;

const Method = z.object({
  '@odata.type': z.string(),
  id: z.string(),
  phoneType: z.string().nullish(),
});
const Typed = z.object({ '@odata.type': z.string().optional(), id: z.string() });
const Role = z.object({
  id: z.string(),
  principalId: z.string(),
  roleDefinitionId: z.string(),
  directoryScopeId: z.string().nullish(),
  roleDefinition: z.object({ displayName: z.string().nullish() }).nullish(),
  principal: Typed.nullish(),
});
export type Role = z.infer<typeof Role>;
const Consent = z.object({
  id: z.string(),
  clientId: z.string(),
  resourceId: z.string(),
  consentType: z.string().nullish(),
  scope: z.string().nullish(),
});
const AppRole = z.object({
  id: z.string(),
  appRoleId: z.string(),
  principalId: z.string().nullish(),
  resourceId: z.string().nullish(),
  resourceDisplayName: z.string().nullish(),
});
const Named = z.object({ id: z.string(), displayName: z.string().nullish() });

// Of these Graph tells only what is asked for.
const userFields = Object.keys(User.shape).join(',');
const groupFields = Object.keys(Group.shape)
  .filter((it) => !it.startsWith('@'))
  .join(',');

const at = encodeURIComponent;
const roleManagement = '/roleManagement/directory';

/** Microsoft Graph in our words, one function per call. https://learn.microsoft.com/graph/api/overview */
export function openMicrosoft(settings: Settings, io: Io) {
  const graph = openGraph(settings, io);
  const user = (id: string) => `/users/${at(id)}`;

  return {
    ...workCalls(graph),
    settings,
    granted: graph.granted,
    async tenant(): Promise<string> {
      const path = `/organization${query({ select: 'id,displayName' })}`;
      const [organization] = await graph.all(path, Named);
      return organization?.displayName ?? settings.tenantId;
    },

    user: (id: string) => graph.get(`${user(id)}${query({ select: userFields })}`, User),
    usersWith: (key: Key, value: string) => {
      const filter = filters[key](value);
      return graph.all(`/users${query({ select: userFields, filter, top: 999 })}`, User);
    },
    allUsers: () => graph.each(`/users${query({ select: userFields, top: 999 })}`, User),
    createUser: (it: object) => graph.post('/users', Named, it),
    setEnabled: (id: string, accountEnabled: boolean) =>
      graph.call('PATCH', user(id), { accountEnabled }),
    setPassword: (id: string, password: string) =>
      graph.call('PATCH', user(id), {
        passwordProfile: { password, forceChangePasswordNextSignIn: false },
      }),
    endSessions: (id: string) => graph.call('POST', `${user(id)}/revokeSignInSessions`),
    /** Puts it where deleted users lie for 30 days. */
    deleteUser: (id: string) => graph.call('DELETE', user(id)),
    deletedUser: (id: string) => graph.get(`/directory/deletedItems/${at(id)}`, Typed),
    restoreUser: (id: string) => graph.call('POST', `/directory/deletedItems/${at(id)}/restore`),

    methods: (id: string) => graph.all(`${user(id)}/authentication/methods`, Method),
    /** `kind`: the list that the method stands in, such as phoneMethods. */
    removeMethod: (id: string, kind: string, methodId: string) =>
      graph.call('DELETE', `${user(id)}/authentication/${kind}/${at(methodId)}`),

    async groupsOf(id: string): Promise<Group[]> {
      const path = `${user(id)}/memberOf${query({ select: groupFields, top: 999 })}`;
      const groups = (await graph.all(path, Group)).filter(isGroup);
      // Of what an app must not read Graph shows the id alone, instead of refusing.
      if (groups.every(({ displayName }) => typeof displayName === 'string')) return groups;
      const detail = 'Graph shows groups of the account without their names';
      throw new ConnectorError({ kind: 'forbidden', detail });
    },
    groupsNamed: (name: string) => {
      const filter = `displayName eq ${quoted(name)}`;
      return graph.all(`/groups${query({ select: groupFields, filter })}`, Group);
    },
    usersIn: async (groupId: string) => {
      const path = `/groups/${at(groupId)}/members${query({ select: 'id', top: 999 })}`;
      return (await graph.all(path, Typed)).map(({ id }) => id);
    },
    join: (groupId: string, id: string) =>
      graph.call('POST', `/groups/${at(groupId)}/members/$ref`, refTo('directoryObjects', id)),
    /** Without `/$ref` this deletes the user. */
    leave: (groupId: string, id: string) =>
      graph.call('DELETE', `/groups/${at(groupId)}/members/${at(id)}/$ref`),

    /** Roles that are held now. Null: of everybody, who then stands in `principal`. */
    activeRoles: (id: string | null) =>
      graph.all(`${roleManagement}/roleAssignments${ofPrincipal(id)}`, Role),
    /** Roles that can be taken up at any time (Privileged Identity Management). */
    eligibleRoles: (id: string | null) =>
      unlessUnlicensed(
        graph.all(`${roleManagement}/roleEligibilityScheduleInstances${ofPrincipal(id)}`, Role),
      ),
    giveRole: (principalId: string, roleDefinitionId: string, directoryScopeId: string) =>
      graph.call('POST', `${roleManagement}/roleAssignments`, {
        ...{ principalId, roleDefinitionId, directoryScopeId },
      }),
    takeRole: (assignmentId: string) =>
      graph.call('DELETE', `${roleManagement}/roleAssignments/${at(assignmentId)}`),
    endEligibility: (principalId: string, roleDefinitionId: string, directoryScopeId: string) =>
      graph.call('POST', `${roleManagement}/roleEligibilityScheduleRequests`, {
        ...{ action: 'adminRemove', justification: 'By Gatehouse' },
        ...{ principalId, roleDefinitionId, directoryScopeId },
      }),

    /** What the person allowed apps to do in their name. */
    consents: (id: string) => graph.all(`${user(id)}/oauth2PermissionGrants`, Consent),
    giveConsent: (principalId: string, clientId: string, resourceId: string, scope: string) =>
      graph.call('POST', '/oauth2PermissionGrants', {
        ...{ consentType: 'Principal', principalId, clientId, resourceId, scope },
      }),
    endConsent: (id: string) => graph.call('DELETE', `/oauth2PermissionGrants/${at(id)}`),
    appName: async (id: string) => {
      const path = `/servicePrincipals/${at(id)}${query({ select: 'id,displayName' })}`;
      return (await graph.get(path, Named)).displayName ?? id;
    },
    /** Apps that were given to the person, not to a group that they are in. */
    appRoles: async (id: string) =>
      (await graph.all(`${user(id)}/appRoleAssignments`, AppRole)).filter(
        ({ principalId }) => principalId === id,
      ),
    giveAppRole: (principalId: string, resourceId: string, appRoleId: string) =>
      graph.call('POST', `${user(principalId)}/appRoleAssignments`, {
        ...{ principalId, resourceId, appRoleId },
      }),
    takeAppRole: (id: string, assignmentId: string) =>
      graph.call('DELETE', `${user(id)}/appRoleAssignments/${at(assignmentId)}`),
  };
}
export type Microsoft = ReturnType<typeof openMicrosoft>;

const filters: Readonly<Record<Key, (value: string) => string>> = {
  email: (value) => `mail eq ${quoted(value)}`,
  login: (value) => `userPrincipalName eq ${quoted(value)}`,
  alias: (value) => `proxyAddresses/any(p:p eq ${quoted(`smtp:${value}`)})`,
  employeeNumber: (value) => `employeeId eq ${quoted(value)}`,
};

/** A user is also a member of directory roles and administrative units. */
const isGroup = (it: Group) => (it['@odata.type'] ?? '').endsWith('.group');

const ofPrincipal = (id: string | null) =>
  id === null
    ? query({ expand: 'principal' })
    : query({ filter: `principalId eq ${quoted(id)}`, expand: 'roleDefinition' });

/** Without the licence for Privileged Identity Management there is no eligibility either. */
async function unlessUnlicensed<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer;
  } catch (error) {
    const isUnlicensed =
      error instanceof ConnectorError && error.failure.detail.includes('AadPremiumLicenseRequired');
    if (isUnlicensed) return [];
    throw error;
  }
}
