import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Microsoft, Role } from './api.ts';
import { joinUnlessIn } from './join-groups.ts';
import { keeperOf } from './memberships.ts';
import { scopes } from './scopes.ts';

/** One role in one place. Without the id of its assignment, which is another one each time it is given. */
const RoleState = z.strictObject({
  roleId: z.string(),
  name: z.string(),
  /** `/` is the whole tenant. */
  scope: z.string(),
  /** Held now, or can be taken up at any time. */
  is: z.enum(['active', 'eligible']),
  /** The group that gives it; null: given to the account itself. */
  group: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
});
type RoleState = z.infer<typeof RoleState>;

interface Change {
  readonly do: 'take' | 'give';
  readonly roles: readonly RoleState[];
}

/**
 * What makes the account an administrator, now or whenever it wants. A group that gives roles is left here, since
 * only whoever may give roles may change its members.
 */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary:
    'Takes away administrator roles, those that could be taken up, and groups that give them.',
  scopes: [scopes.readDirectory, scopes.manageRoles, scopes.manageMembers],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ roles: z.array(RoleState) }),
  settlesWithinMs: 5 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId) {
    const roles = await rolesOf(microsoft, accountId, null);
    for (const it of await microsoft.groupsOf(accountId)) {
      if (it.isAssignableToRole !== true || keeperOf(it) !== 'roles') continue;
      const group = { id: it.id, name: it.displayName ?? it.id };
      roles.push(...(await rolesOf(microsoft, it.id, group)));
    }
    return { roles: roles.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) };
  },

  plan({ roles }): Plan<Change> {
    if (roles.length === 0) return done('No administrator role, and none to be taken up.');
    return change(`Take away ${namesOf(roles)}.`, { do: 'take', roles });
  },

  async apply(microsoft, accountId, { do: what, roles }: Change) {
    const groupIds = new Set(roles.flatMap(({ group }) => (group ? [group.id] : [])));
    for (const id of groupIds) {
      if (what === 'take') await unlessMissing(microsoft.leave(id, accountId));
      else await joinUnlessIn(microsoft, id, accountId);
    }
    const own = roles.filter(({ group }) => group === null);
    if (what === 'give') {
      for (const { roleId, scope } of own) await microsoft.giveRole(accountId, roleId, scope);
      return;
    }
    const present = await Promise.all([
      microsoft.activeRoles(accountId),
      microsoft.eligibleRoles(accountId),
    ]);
    for (const role of own) {
      const found = present[role.is === 'active' ? 0 : 1].find((it) => isSame(it, role));
      if (!found) continue;
      if (role.is === 'active') await unlessMissing(microsoft.takeRole(found.id));
      else await microsoft.endEligibility(accountId, role.roleId, role.scope);
    }
  },

  restore({ roles: now }, { roles: before }): Plan<Change> {
    const lost = before.filter((it) => !now.some((other) => keyOf(other) === keyOf(it)));
    const given = lost.filter((it) => it.is === 'active' || it.group !== null);
    if (given.length > 0) {
      return change(`Give back ${namesOf(given)}.`, { do: 'give', roles: given });
    }
    if (lost.length === 0) return done('Every administrator role from before.');
    // For how long, and who has to agree, is decided in Privileged Identity Management.
    return blocked(`Give back in Privileged Identity Management: ${namesOf(lost)}.`);
  },
});

async function rolesOf(
  microsoft: Microsoft,
  principalId: string,
  group: RoleState['group'],
): Promise<RoleState[]> {
  const toState = (is: RoleState['is']) => (it: Role) => ({
    roleId: it.roleDefinitionId,
    name: it.roleDefinition?.displayName ?? it.roleDefinitionId,
    scope: scopeOf(it),
    ...{ is, group },
  });
  return [
    ...(await microsoft.activeRoles(principalId)).map(toState('active')),
    ...(await microsoft.eligibleRoles(principalId)).map(toState('eligible')),
  ];
}

const scopeOf = ({ directoryScopeId }: Role) => directoryScopeId ?? '/';
const isSame = (it: Role, { roleId, scope }: RoleState) =>
  it.roleDefinitionId === roleId && scopeOf(it) === scope;
const keyOf = ({ roleId, scope, is, group }: RoleState) =>
  [is, group?.id ?? '', roleId, scope].join(' ');
const namesOf = (roles: readonly RoleState[]) =>
  [
    ...new Set(
      roles.map(({ name, is, group }) =>
        [
          name,
          ...(is === 'eligible' ? ['(eligible)'] : []),
          ...(group ? [`by ${group.name}`] : []),
        ].join(' '),
      ),
    ),
  ].join(', ');
