import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  groupsToJoin,
  type Joining,
  onlyOne,
  planJoining,
  planJoiningBack,
} from '#connector-kit/groups-to-join.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Scim } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups.',
  scopes: [],
  params: groupsToJoin('Names or ids, spelled exactly'),
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(scim: Scim, accountId) {
    return { groups: await membershipsOf(scim, accountId) };
  },

  plan: (now, params) => planJoining(now, params, ({ id, name }, it) => id === it || name === it),

  async apply(scim, accountId, move: Joining) {
    if (move.do === 'leave') {
      for (const { id } of move.groups) await unlessMissing(scim.removeMember(id, accountId));
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const ids = await Promise.all(move.groups.map((it) => groupCalled(scim, it)));
    for (const id of ids) await scim.addMember(id, accountId);
  },

  restore: (now, before) => planJoiningBack(now, before, (it) => !it.inherited),
});

/** The id of the group with this name, or with this id. */
async function groupCalled(scim: Scim, name: string): Promise<string> {
  const ids: string[] = [];
  for await (const group of scim.groupsNamed(name)) {
    if (group.displayName === name || group.id === name) ids.push(group.id);
  }
  if (ids.length === 0 && (await unlessMissing(scim.group(name)))) return name;
  return onlyOne(name, ids, {
    several: `Several groups are called “${name}”: name one by its id.`,
  });
}
