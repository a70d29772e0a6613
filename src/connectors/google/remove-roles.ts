import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Google } from './api.ts';
import type { RoleWanted } from './directory.ts';
import { scopes } from './scopes.ts';

const RoleState = z.strictObject({
  /** Of the assignment. */
  id: z.string(),
  roleId: z.string(),
  name: z.string(),
  superAdmin: z.boolean(),
  /** Through a group; it ends with the membership there. */
  inherited: z.boolean(),
  scopeType: z.string(),
  unitId: z.string().nullable(),
  condition: z.string().nullable(),
});
type RoleState = z.infer<typeof RoleState>;

const state = z.strictObject({
  superAdmin: z.boolean(),
  /** Google's own word on whether any other role is left. */
  delegatedAdmin: z.boolean(),
  roles: z.array(RoleState),
});

type Change =
  | { readonly do: 'take'; readonly superAdmin: boolean; readonly assignmentIds: readonly string[] }
  | { readonly do: 'give'; readonly superAdmin: boolean; readonly roles: readonly RoleWanted[] };

/**
 * What makes the account an administrator of Google Workspace itself. From whoever is no super
 * administrator Google takes some of these requests and does nothing; that shows when it is read again.
 */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Takes away the administrator roles.',
  scopes: [scopes.users, scopes.roles],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(google: Google, accountId) {
    const [user, assignments, all] = await Promise.all([
      google.user(accountId),
      google.rolesOf(accountId),
      google.roles(),
    ]);
    const roles = new Map(all.map((it) => [it.roleId, it]));
    return {
      superAdmin: user.isAdmin,
      delegatedAdmin: user.isDelegatedAdmin,
      roles: assignments
        .map((it) => ({
          id: it.roleAssignmentId,
          roleId: it.roleId,
          name: roles.get(it.roleId)?.roleName ?? it.roleId,
          superAdmin: roles.get(it.roleId)?.isSuperAdminRole ?? false,
          inherited: it.assigneeType?.toLowerCase() === 'group',
          scopeType: it.scopeType ?? 'CUSTOMER',
          unitId: it.orgUnitId ?? null,
          condition: it.condition ?? null,
        }))
        .sort(byId),
    };
  },

  plan({ superAdmin, delegatedAdmin, roles }): Plan<Change> {
    const own = roles.filter((it) => !it.inherited);
    if (superAdmin || own.length > 0) {
      const others = own.filter((it) => !it.superAdmin);
      const words = [
        ...(superAdmin ? ['super administrator'] : []),
        ...others.map((it) => it.name),
      ];
      return change(`Take away ${words.join(', ') || namesOf(own)}.`, {
        ...{ do: 'take', superAdmin },
        // The assignment of a super administrator ends with being one.
        assignmentIds: own.filter((it) => !(superAdmin && it.superAdmin)).map(({ id }) => id),
      });
    }
    if (roles.length > 0) {
      return blocked(
        `Still ${namesOf(roles)}, through a group. Take the account out of the group that has the role first.`,
      );
    }
    if (delegatedAdmin) {
      return blocked(
        'Google still calls the account an administrator, and shows no role. Look there.',
      );
    }
    return done('No administrator role.');
  },

  async apply(google, accountId, it: Change) {
    if (it.do === 'take') {
      if (it.superAdmin) await google.setSuperAdmin(accountId, false);
      for (const id of it.assignmentIds) await unlessMissing(google.takeRole(id));
    } else {
      if (it.superAdmin) await google.setSuperAdmin(accountId, true);
      for (const role of it.roles) await google.giveRole(accountId, role);
    }
  },

  restore(now, before): Plan<Change> {
    const superAdmin = before.superAdmin && !now.superAdmin;
    const lost = before.roles.filter(
      (it) => !it.inherited && !it.superAdmin && !now.roles.some((other) => isSame(other, it)),
    );
    if (!superAdmin && lost.length === 0) return done('Every administrator role from before.');
    const words = [...(superAdmin ? ['super administrator'] : []), ...lost.map(({ name }) => name)];
    return change(`Give back ${words.join(', ')}.`, {
      ...{ do: 'give', superAdmin },
      roles: lost.map(wanted),
    });
  },
});

const isSame = (a: RoleState, b: RoleState) =>
  a.roleId === b.roleId &&
  a.scopeType === b.scopeType &&
  a.unitId === b.unitId &&
  a.condition === b.condition &&
  a.inherited === b.inherited;
const wanted = ({ roleId, scopeType, unitId, condition }: RoleState): RoleWanted => ({
  ...{ roleId, scopeType },
  ...(unitId === null ? {} : { orgUnitId: unitId }),
  ...(condition === null ? {} : { condition }),
});
