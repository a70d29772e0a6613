import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { GitHub } from './api.ts';
import { loginOf } from './login.ts';

export const Membership = z.strictObject({
  /** What the team is called in addresses; it changes only with the name. */
  id: z.string(),
  name: z.string(),
  role: z.enum(['member', 'maintainer']),
  /** Who fills the team, if not people on GitHub. */
  keptBy: z.string().nullable(),
});
export type Membership = z.infer<typeof Membership>;

/** The teams of an account, in the order of their names in addresses. */
export async function membershipsOf(client: GitHub, accountId: string): Promise<Membership[]> {
  const login = await loginOf(client, accountId);
  if (login === null) return [];
  const found: Membership[] = [];
  for await (const { slug, name } of client.teamsOf(login)) {
    if (slug.startsWith(ofEnterprise)) {
      found.push({ id: slug, name, role: 'member', keptBy: 'the enterprise' });
      continue;
    }
    const membership = await client.teamMembership(slug, login);
    if (!membership) continue;
    const [group] = await client.externalGroupsOf(slug);
    const keptBy = group ? `the group ${group.group_name} of the identity provider` : null;
    found.push({ id: slug, name, role: membership.role, keptBy });
  }
  return found.sort(byId);
}

/** So begin the names of teams of the enterprise, in every organisation that they reach into. */
const ofEnterprise = 'ent:';
