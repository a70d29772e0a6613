import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Google } from './api.ts';

export const Membership = z.strictObject({
  id: z.string(),
  /** The address of the group. */
  name: z.string(),
  /** OWNER, MANAGER or MEMBER. */
  role: z.string(),
  /** Owns the group, and nobody else does. */
  onlyOwner: z.boolean(),
});
export type Membership = z.infer<typeof Membership>;

/** The groups that an account itself is a member of, in the order of their ids. */
export async function membershipsOf(google: Google, accountId: string): Promise<Membership[]> {
  // Of an account that is gone Google might show no groups, which would not mean that it left them.
  const { id } = await google.user(accountId);
  const found: Membership[] = [];
  for (const group of await google.groupsOf(id)) {
    const member = await google.membership(group.id, id);
    // Left since the list was made, or a member only through another group.
    if (!member) continue;
    const owners = member.role === 'OWNER' ? await google.ownersOf(group.id) : [];
    const onlyOwner = member.role === 'OWNER' && owners.every((it) => it.id === id);
    found.push({ id: group.id, name: group.email, role: member.role, onlyOwner });
  }
  return found.sort(byId);
}

/** The id of the group with this address. */
export async function groupCalled(google: Google, address: string): Promise<string> {
  const group = await google.group(address);
  if (group) return group.id;
  throw new ConnectorError({ kind: 'rejected', detail: `There is no group “${address}”.` });
}
