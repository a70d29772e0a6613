import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Group, Microsoft } from './api.ts';

export const Membership = z.strictObject({
  id: z.string(),
  name: z.string(),
  /**
   * Who keeps the members: Entra ID (and we may), a rule, an Active Directory, or Exchange. Groups that give
   * roles or licences are those of the steps that take roles and licences away.
   */
  keptBy: z.enum(['Entra ID', 'rule', 'Active Directory', 'Exchange', 'roles', 'licences']),
});
export type Membership = z.infer<typeof Membership>;

/** The groups of a user, in the order of their ids. */
export async function membershipsOf(microsoft: Microsoft, id: string): Promise<Membership[]> {
  const groups = await microsoft.groupsOf(id);
  return groups
    .map((it) => ({ id: it.id, name: it.displayName ?? it.id, keptBy: keeperOf(it) }))
    .sort(byId);
}

export function keeperOf(group: Group): Membership['keptBy'] {
  if (group.groupTypes.includes('DynamicMembership')) return 'rule';
  if (group.onPremisesSyncEnabled === true) return 'Active Directory';
  if (group.mailEnabled === true && !group.groupTypes.includes('Unified')) return 'Exchange';
  if (group.isAssignableToRole === true) return 'roles';
  return group.assignedLicenses.length > 0 ? 'licences' : 'Entra ID';
}
