import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { GitLab, Place } from './api.ts';
import type { Top } from './top-group.ts';

/** What somebody may do, from `Gitlab::Access`. https://docs.gitlab.com/api/group_members/#roles */
export const levels = {
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
} as const;

export const Membership = z.strictObject({
  /** As addresses of the API name the place: groups/12, projects/7. */
  id: z.custom<Place>((it) => typeof it === 'string' && /^(groups|projects)\/\d+$/.test(it)),
  /** The whole path. */
  name: z.string(),
  level: z.number(),
  expires: z.string().nullable(),
  customRole: z.number().nullable(),
  /** Of a group that nobody else owns, here or above; Gatehouse itself does not count. */
  isSoleOwner: z.boolean(),
});
export type Membership = z.infer<typeof Membership>;

/** Where an account is a member by name, but for its own projects, which it cannot leave. */
export async function membershipsOf(client: GitLab, accountId: string): Promise<Membership[]> {
  const found: Membership[] = [];
  for await (const place of client.top
    ? placesIn(client.top, accountId)
    : placesEverywhere(client, accountId)) {
    const membership = await membershipIn(client, accountId, place);
    if (membership) found.push(membership);
  }
  return found.sort(byId);
}

async function* placesEverywhere(client: GitLab, accountId: string): AsyncIterable<Place> {
  const own = new Set((await client.personalProjectsOf(accountId)).map(({ id }) => id));
  for (const { source_id: id, source_type: type } of await client.membershipsOf(accountId)) {
    if (type === 'Namespace') yield `groups/${id}`;
    else if (!own.has(id)) yield `projects/${id}`;
  }
}

/** Who takes no seat, as guests and those who are out do not, is looked for in everything there is. */
async function* placesIn(top: Top, accountId: string): AsyncIterable<Place> {
  const billed = await top.billedPlacesOf(accountId);
  if (billed) yield* billed;
  else yield* top.places();
}

/** Null: none. Who only asked to be let in may be listed as well. */
async function membershipIn(
  client: GitLab,
  accountId: string,
  place: Place,
): Promise<Membership | null> {
  const member = await unlessMissing(client.member(place, accountId));
  if (!member) return null;
  const { access_level: level, expires_at, member_role } = member;
  const id = Number(place.split('/')[1]);
  const isGroup = place.startsWith('groups/');
  const name = isGroup
    ? (await client.group(id)).full_path
    : (await client.project(id)).path_with_namespace;
  return {
    ...{ id: place, name, level },
    ...{ expires: expires_at ?? null, customRole: member_role?.id ?? null },
    isSoleOwner: isGroup && level === levels.owner && !(await hasOwnerBut(client, id, accountId)),
  };
}

/**
 * Owners of groups above own this one, too. Who is blocked owns nothing, and neither do tokens nor the account by
 * which we are there: a group that only we own belongs to nobody.
 */
async function hasOwnerBut(client: GitLab, group: number, accountId: string): Promise<boolean> {
  const nobody = [accountId, String((await client.me()).id)];
  for (let at: number | null = group; at !== null; at = (await client.group(at)).parent_id) {
    for await (const { id, username, state, access_level: level } of client.membersOf(at)) {
      const isPerson = state === 'active' && !ofToken.test(username);
      if (level === levels.owner && isPerson && !nobody.includes(String(id))) return true;
    }
  }
  return false;
}

/** Users that stand for access tokens of groups and projects. */
const ofToken = /^(group|project)_\d+_bot/;
