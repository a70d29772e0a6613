import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Atlassian, RoleAt } from './api.ts';
import { permission } from './settings.ts';

/** Roles that make an administrator; the others let somebody use an app, and come with groups. */
const administrators: readonly string[] = [
  'atlassian/org-admin',
  'atlassian/site-admin',
  'atlassian/user-access-admin',
  'atlassian/admin',
];

const RoleState = z.strictObject({
  role: z.string(),
  /** Null: the whole organisation. */
  resource: z.string().nullable(),
  /** Through a group; it ends with the membership there. */
  inherited: z.boolean(),
});
type RoleState = z.infer<typeof RoleState>;

interface Change {
  readonly do: 'take' | 'give';
  readonly roles: readonly RoleAt[];
}

/** What makes the account an administrator of the organisation, of a site or of an app. */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Takes away the roles of administrators.',
  scopes: [permission],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ roles: z.array(RoleState) }),
  repeatable: true,
  // Atlassian says 30 seconds.
  settlesWithinMs: 2 * 60_000,

  async read(atlassian: Atlassian, accountId) {
    const assigned = await atlassian.rolesOf(accountId);
    const roles = assigned.flatMap(({ resourceId, roleAssignments }) =>
      (roleAssignments ?? [])
        .filter(({ role }) => administrators.includes(role))
        .map(({ role, roleAssignmentMethods }) => ({
          role,
          resource: role === 'atlassian/org-admin' ? null : (resourceId ?? null),
          inherited: roleAssignmentMethods?.includes('direct') === false,
        })),
    );
    return { roles: roles.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) };
  },

  plan({ roles }): Plan<Change> {
    const own = roles.filter((it) => !it.inherited);
    if (own.length > 0) {
      return change(`Take away ${names(own)}.`, { do: 'take', roles: own.map(at) });
    }
    if (roles.length === 0) return done('No role of an administrator.');
    return blocked(
      `Still ${names(roles)}, through a group. Take the account out of the group that has the role first.`,
    );
  },

  async apply(atlassian, accountId, it: Change) {
    for (const role of it.roles) {
      await (it.do === 'take' ? atlassian.takeRole : atlassian.giveRole)(accountId, role);
    }
  },

  restore({ roles: now }, { roles: before }): Plan<Change> {
    const has = (it: RoleState) => now.some((other) => keyOf(other) === keyOf(it));
    const lost = before.filter((it) => !it.inherited && !has(it));
    if (lost.length === 0) return done('Every role from before.');
    return change(`Give back ${names(lost)}.`, { do: 'give', roles: lost.map(at) });
  },
});

const at = ({ role, resource }: RoleState): RoleAt => ({ role, resource });
const keyOf = ({ role, resource }: RoleState) => `${role} ${resource}`;
const names = (roles: readonly RoleState[]) =>
  roles
    .map(
      ({ role, resource }) => role.replace('atlassian/', '') + (resource ? ` of ${resource}` : ''),
    )
    .join(', ');
