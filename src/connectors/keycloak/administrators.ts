import type { Keycloak } from './api.ts';

/**
 * Ids of everybody with an administrator role of the realm, of their own or through a group. Roles that are made of
 * others are not followed here; `find`, which asks for one person, hears of those as well.
 */
export async function administratorsOf(keycloak: Keycloak): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const seen = new Set<string>();

  /** Whoever is in a group below has the roles of the group above. */
  async function addMembers(groupId: string): Promise<void> {
    if (seen.has(groupId)) return;
    seen.add(groupId);
    for (const { id } of await keycloak.membersOf(groupId)) found.add(id);
    for (const { id } of await keycloak.childrenOf(groupId)) await addMembers(id);
  }

  for (const { name } of await keycloak.adminRoles()) {
    for (const { id } of await keycloak.holdersOf(name)) found.add(id);
    for (const { id } of await keycloak.groupsHolding(name)) await addMembers(id);
  }
  return found;
}
