import { json } from '#connector-kit/testing/fake-service.ts';
import {
  type FakeAppRole,
  type FakeConsent,
  type FakeGroup,
  type FakeRole,
  type FakeTenant,
  groupShown,
  idIn,
  missing,
  none,
  paged,
  type Routes,
  refused,
  selected,
  userShown,
} from './fake-tenant.ts';

/** Groups, roles, consents and apps that are given to people. */
export function directoryRoutes(
  tenant: FakeTenant,
  { pageSize, hasPremium }: { readonly pageSize: number; readonly hasPremium: boolean },
): Routes {
  const { users, groups, roles, eligible, consents, appRoles, apps } = tenant;
  let given = 0;
  const newId = () => `given-${++given}`;
  const app = (id: string) => apps.find((it) => it.id === id);

  return {
    'GET /v1.0/users/:id/memberOf': ({ id = '' }, { url }) => {
      const own = groups.filter(({ members }) => members.includes(id)).map(groupShown);
      const held = roles.filter(({ principalId }) => principalId === id);
      const shown = [
        // Roles of the whole tenant stand among the groups.
        ...held.map(({ roleId, name }) => ({
          ...{ '@odata.type': '#microsoft.graph.directoryRole', id: roleId, displayName: name },
        })),
        ...own,
      ];
      return paged(
        shown.map((it) => selected(it, url, ['displayName', 'groupTypes', 'mailEnabled'])),
        url,
        pageSize,
      );
    },
    'GET /v1.0/groups': (_, { url }) => {
      const [, name] = /^displayName eq '(.*)'$/.exec(url.searchParams.get('$filter') ?? '') ?? [];
      const found = groups.filter((it) => it.name === name?.replaceAll("''", "'"));
      return paged(
        found.map((it) => selected(groupShown(it), url, ['displayName'])),
        url,
        pageSize,
      );
    },
    'GET /v1.0/groups/:id/members': withGroup((it, _, url) =>
      paged(
        users
          .filter(({ id }) => it.members.includes(id))
          .map((one) => selected(userShown(one), url, [])),
        url,
        pageSize,
      ),
    ),
    'POST /v1.0/groups/:id/members/$ref': withGroup((it, _, __, body) => {
      const member = idIn(body);
      if (it.members.includes(member)) {
        return refused('One or more added object references already exist.');
      }
      it.members.push(member);
      return none();
    }),
    'DELETE /v1.0/groups/:id/members/:member/$ref': withGroup((it, { member = '' }) => {
      if (it.types?.includes('DynamicMembership')) {
        return refused('Insufficient privileges to remove a member of a dynamic group.');
      }
      if (it.synced)
        return refused('Unable to update on-premises mastered Directory Sync objects.');
      if (it.mailEnabled) return refused('Cannot Update a mail-enabled security group or list.');
      if (!it.members.includes(member)) return missing(member);
      it.members.splice(it.members.indexOf(member), 1);
      return none();
    }),
    // What `/$ref` keeps from happening: the member itself is deleted.
    'DELETE /v1.0/groups/:id/members/:member': (_, { url }) => {
      const it = users.find(({ id }) => url.pathname.endsWith(id));
      if (it) tenant.deleted.push(...users.splice(users.indexOf(it), 1));
      return none();
    },

    'GET /v1.0/roleManagement/directory/roleAssignments': (_, { url }) =>
      json(200, { value: rolesAsked(roles, url) }),
    'POST /v1.0/roleManagement/directory/roleAssignments': (_, { body }) => {
      const it = body as { principalId: string; roleDefinitionId: string };
      roles.push({
        id: newId(),
        principalId: it.principalId,
        ...{ roleId: it.roleDefinitionId, name: nameOfRole(it.roleDefinitionId) },
      });
      return json(201, { id: `given-${given}`, ...it });
    },
    'DELETE /v1.0/roleManagement/directory/roleAssignments/:id': ({ id = '' }) =>
      takenFrom(roles, id),
    'GET /v1.0/roleManagement/directory/roleEligibilityScheduleInstances': (_, { url }) =>
      hasPremium
        ? json(200, { value: rolesAsked(eligible, url) })
        : refused('The tenant needs an AAD Premium 2 license.', 'AadPremiumLicenseRequired'),
    'POST /v1.0/roleManagement/directory/roleEligibilityScheduleRequests': (_, { body }) => {
      const it = body as { action: string; principalId: string; roleDefinitionId: string };
      const at = eligible.findIndex(
        ({ principalId, roleId }) =>
          principalId === it.principalId && roleId === it.roleDefinitionId,
      );
      if (at < 0)
        return refused('The role assignment does not exist.', 'RoleAssignmentDoesNotExist');
      eligible.splice(at, 1);
      return json(201, { id: newId(), ...it });
    },

    'GET /v1.0/users/:id/oauth2PermissionGrants': ({ id }) =>
      json(200, {
        value: consents
          .filter(({ principalId }) => principalId === id)
          .map((it) => ({ ...it, consentType: 'Principal' })),
      }),
    'POST /v1.0/oauth2PermissionGrants': (_, { body }) => {
      const it = { ...(body as FakeConsent & { consentType?: string }), id: newId() };
      delete it.consentType;
      consents.push(it);
      return json(201, { ...it, consentType: 'Principal' });
    },
    'DELETE /v1.0/oauth2PermissionGrants/:id': ({ id = '' }) => takenFrom(consents, id),
    'GET /v1.0/servicePrincipals/:id': ({ id = '' }) => {
      const it = app(id);
      return it ? json(200, { id, displayName: it.name }) : missing(id);
    },
    // Also those of groups that the person is in.
    'GET /v1.0/users/:id/appRoleAssignments': ({ id = '' }) => {
      const mine = [id, ...groups.filter((it) => it.members.includes(id)).map((it) => it.id)];
      return json(200, {
        value: appRoles.filter((it) => mine.includes(it.principalId)).map(appRoleShown),
      });
    },
    'POST /v1.0/users/:id/appRoleAssignments': (_, { body }) => {
      const it = { ...(body as FakeAppRole), id: newId() };
      appRoles.push(it);
      return json(201, appRoleShown(it));
    },
    'DELETE /v1.0/users/:id/appRoleAssignments/:assignment': ({ assignment = '' }) =>
      takenFrom(appRoles, assignment),
  };

  function rolesAsked(all: readonly FakeRole[], url: URL): object[] {
    const [, principal] =
      /^principalId eq '(.*)'$/.exec(url.searchParams.get('$filter') ?? '') ?? [];
    const expand = url.searchParams.get('$expand');
    return all
      .filter(({ principalId }) => principal === undefined || principalId === principal)
      .map((it) => ({
        id: it.id,
        principalId: it.principalId,
        roleDefinitionId: it.roleId,
        directoryScopeId: it.scope ?? '/',
        ...(expand === 'roleDefinition'
          ? { roleDefinition: { id: it.roleId, displayName: it.name } }
          : {}),
        ...(expand === 'principal' ? { principal: principalShown(it.principalId) } : {}),
      }));
  }

  function principalShown(id: string) {
    const kind = groups.some((it) => it.id === id) ? 'group' : 'user';
    return { '@odata.type': `#microsoft.graph.${kind}`, id };
  }

  function appRoleShown(it: FakeAppRole) {
    const ofGroup = groups.some(({ id }) => id === it.principalId);
    const name = app(it.resourceId)?.name ?? it.resourceId;
    return { ...it, principalType: ofGroup ? 'Group' : 'User', resourceDisplayName: name };
  }

  function nameOfRole(roleId: string): string {
    return [...roles, ...eligible].find((it) => it.roleId === roleId)?.name ?? nameById(roleId);
  }

  type GroupAnswer = (
    it: FakeGroup,
    params: Record<string, string>,
    url: URL,
    body: unknown,
  ) => Response;
  function withGroup(answer: GroupAnswer): Routes[string] {
    return (params, { url, body }) => {
      const it = groups.find(({ id }) => id === params['id']);
      return it ? answer(it, params, url, body) : missing(params['id'] ?? '');
    };
  }
}

/** Ids of roles are the same in every tenant (learn.microsoft.com, Entra built-in roles). */
const nameById = (roleId: string) =>
  roleId === '62e90394-69f5-4237-9190-012177145e10' ? 'Global Administrator' : roleId;

function takenFrom(all: { readonly id: string }[], id: string): Response {
  const at = all.findIndex((it) => it.id === id);
  if (at < 0) return missing(id);
  all.splice(at, 1);
  return none();
}
