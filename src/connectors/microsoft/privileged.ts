import type { Microsoft, Role } from './api.ts';

/** Whether somebody holds a directory role or can take one up, by themselves or through a group. */
export async function isPrivileged(microsoft: Microsoft, id: string): Promise<boolean> {
  const groups = (await microsoft.groupsOf(id)).filter((it) => it.isAssignableToRole === true);
  for (const principal of [id, ...groups.map((it) => it.id)]) {
    if ((await microsoft.activeRoles(principal)).length > 0) return true;
    if ((await eligibleRoles(microsoft, principal)).length > 0) return true;
  }
  return false;
}

/** Ids of everybody of whom that is so. */
export async function everyPrivileged(microsoft: Microsoft): Promise<ReadonlySet<string>> {
  const roles = [...(await microsoft.activeRoles(null)), ...(await eligibleRoles(microsoft, null))];
  const found = new Set(roles.map(({ principalId }) => principalId));
  const groups = roles.filter((it) => (it.principal?.['@odata.type'] ?? '').endsWith('.group'));
  for (const groupId of new Set(groups.map(({ principalId }) => principalId))) {
    for (const id of await microsoft.usersIn(groupId)) found.add(id);
  }
  return found;
}

/** An app that may not read who could take up a role finds accounts all the same, by what it was granted. */
async function eligibleRoles(microsoft: Microsoft, id: string | null): Promise<Role[]> {
  const granted = await microsoft.granted();
  const mayAsk = granted === null || granted.some((it) => allowing.includes(it));
  return mayAsk ? microsoft.eligibleRoles(id) : [];
}

/** What Graph allows that by (permissions reference). */
const allowing: readonly string[] = [
  'RoleManagement.ReadWrite.Directory',
  'RoleManagement.Read.Directory',
  'RoleManagement.Read.All',
  'RoleEligibilitySchedule.ReadWrite.Directory',
  'RoleEligibilitySchedule.Read.Directory',
];
