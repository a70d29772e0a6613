import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Scim } from './api.ts';
import { filterIgnored } from './find-accounts.ts';
import type { Group } from './resources.ts';

export const Membership = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Through a group nested in this one; it ends only with the membership in that one. */
  inherited: z.boolean(),
});
export type Membership = z.infer<typeof Membership>;

/** No user has this id; used to see whether a search means what it says. */
export const nobody = 'gatehouse-looks-for-nobody';

/** The groups of a user, in the order of their ids. */
export async function membershipsOf(scim: Scim, userId: string): Promise<Membership[]> {
  const user = await scim.user(userId);
  const memberships =
    // An empty list proves nothing: many servers never fill it.
    user && user.groups.length > 0
      ? await Promise.all(user.groups.map((it) => asShownOnUser(scim, it)))
      : (await groupsWith(scim, userId)).map((it) => ({ ...named(it), inherited: false }));
  return memberships.sort(byId);
}

async function asShownOnUser(
  scim: Scim,
  { value, display, type }: { value: string; display: string | null; type: string | null },
): Promise<Membership> {
  const group = display === null ? named(await scim.group(value)) : { id: value, name: display };
  return { ...group, inherited: type?.toLowerCase() === 'indirect' };
}

async function groupsWith(scim: Scim, userId: string): Promise<Group[]> {
  const { groups, filters } = scim.settings;
  if (groups === 'none') return [];
  return groups === 'list' || !filters
    ? listedWith(scim, userId)
    : searchedWith(scim, groups, userId);
}

async function searchedWith(
  scim: Scim,
  key: 'members.value' | 'members',
  userId: string,
): Promise<Group[]> {
  const found: Group[] = [];
  for await (const group of scim.groupsWhere(key, userId)) {
    if (has(group, userId) === false) throw filterIgnored(key);
    found.push(group);
  }

  // Members not shown: the answer counts only if the same question about nobody finds nothing.
  if (found.some((it) => has(it, userId) === null)) {
    for await (const _ of scim.groupsWhere(key, nobody)) throw filterIgnored(key);
  }
  return found;
}

async function listedWith(scim: Scim, userId: string): Promise<Group[]> {
  const found: Group[] = [];
  for await (const listed of scim.allGroups()) {
    // Lists often leave members out, a single group seldom.
    const group = listed.members === null ? await scim.group(listed.id) : listed;
    if (has(group, userId)) found.push(group);
  }
  return found;
}

/** Null: the server does not show it. */
const has = ({ members }: Group, userId: string): boolean | null =>
  members === null || members.length === 0 ? null : members.some((it) => it.value === userId);

const named = ({ id, displayName }: Group) => ({ id, name: displayName ?? id });
