import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  GroupsToJoin,
  type Joining,
  onlyOne,
  planJoining,
  planJoiningBack,
} from '#connector-kit/groups-to-join.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Atlassian } from './api.ts';
import { Membership, membershipsOf, type Place } from './memberships.ts';
import { permission } from './settings.ts';

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups, and so into the apps that come with them.',
  scopes: [permission],
  params: GroupsToJoin,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(atlassian: Atlassian, accountId) {
    return { groups: await membershipsOf(atlassian, accountId) };
  },

  plan: planJoining,

  async apply(atlassian, accountId, move: Joining<Place>) {
    if (move.do === 'leave') {
      for (const { id, directoryId } of move.groups) {
        await unlessMissing(atlassian.leave(accountId, id, directoryId));
      }
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const places = await Promise.all(move.groups.map((it) => groupCalled(atlassian, it)));
    for (const { id, directoryId } of places) await atlassian.join(accountId, id, directoryId);
  },

  restore: (now, before) => planJoiningBack(now, before, (it) => !it.synced),
});

/** The one group with this name that can be joined here. */
async function groupCalled(atlassian: Atlassian, wanted: string): Promise<Place> {
  const found = (await atlassian.groupsNamed(wanted)).filter(({ name }) => name === wanted);
  const own = found.filter(({ externalSynced }) => externalSynced !== true);
  const none =
    found.length > 0
      ? `Your identity provider keeps the group “${wanted}”; people join it there.`
      : undefined;
  const several = `Several groups are called “${wanted}”, in different directories.`;
  return onlyOne(wanted, own, { none, several });
}
