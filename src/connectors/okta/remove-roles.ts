import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Okta, RoleWanted } from './api.ts';
import { scopes } from './scopes.ts';

const RoleState = z.strictObject({
  id: z.string(),
  type: z.string(),
  label: z.string(),
  /** Through a group; it ends with the membership there. */
  inherited: z.boolean(),
  /** Of custom roles only. */
  role: z.string().nullable(),
  resourceSet: z.string().nullable(),
});
type RoleState = z.infer<typeof RoleState>;

type Change =
  | { readonly do: 'take'; readonly roleIds: readonly string[] }
  | { readonly do: 'give'; readonly roles: readonly RoleWanted[] };

/** What makes the account an administrator of Okta itself. */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Takes away the administrator roles.',
  scopes: [scopes.readRoles, scopes.manageRoles],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ roles: z.array(RoleState) }),
  repeatable: true,

  async read(okta: Okta, accountId) {
    const roles = await okta.rolesOf(accountId);
    return {
      roles: roles
        .map((it) => ({
          id: it.id,
          type: it.type,
          label: it.label ?? it.type,
          inherited: it.assignmentType === 'GROUP',
          role: it.role ?? null,
          resourceSet: it['resource-set'] ?? null,
        }))
        .sort(byId),
    };
  },

  plan({ roles }): Plan<Change> {
    const own = roles.filter((it) => !it.inherited);
    if (own.length > 0) {
      return change(`Take away ${labels(own)}.`, { do: 'take', roleIds: own.map(({ id }) => id) });
    }
    if (roles.length === 0) return done('No administrator role.');
    return blocked(
      `Still ${labels(roles)}, through a group. Take the account out of the group that has the role first.`,
    );
  },

  async apply(okta, accountId, it: Change) {
    if (it.do === 'take') {
      for (const id of it.roleIds) await unlessMissing(okta.takeRole(accountId, id));
    } else {
      for (const role of it.roles) await okta.giveRole(accountId, role);
    }
  },

  restore({ roles: now }, { roles: before }): Plan<Change> {
    const has = (it: RoleState) => now.some((other) => isSame(other, it));
    const lost = before.filter((it) => !it.inherited && !has(it));
    if (lost.length === 0) return done('Every administrator role from before.');
    return change(`Give back ${labels(lost)}.`, { do: 'give', roles: lost.map(wanted) });
  },
});

const labels = (roles: readonly RoleState[]) => roles.map(({ label }) => label).join(', ');
const isSame = (a: RoleState, b: RoleState) =>
  a.type === b.type &&
  a.role === b.role &&
  a.resourceSet === b.resourceSet &&
  a.inherited === b.inherited;
const wanted = ({ type, role, resourceSet }: RoleState): RoleWanted =>
  role !== null && resourceSet !== null
    ? { type: 'CUSTOM', role, 'resource-set': resourceSet }
    : { type };
