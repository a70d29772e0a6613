import { z } from 'zod';
import { blocked, transition } from '#connector-kit/contract.ts';
import {
  GroupsToLeave,
  type Leaving,
  planLeaving,
  planLeavingBack,
} from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Atlassian } from './api.ts';
import { Membership, membershipsOf, type Place } from './memberships.ts';
import { permission } from './settings.ts';

/** Groups give access to Jira, Confluence and the other apps. */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the account out of its groups, and so out of the apps that come with them.',
  scopes: [permission],
  mustPrecede: ['account.delete'],
  params: GroupsToLeave,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(atlassian: Atlassian, accountId) {
    return { groups: await membershipsOf(atlassian, accountId) };
  },

  plan: (now, params) =>
    planLeaving(now, params, {
      isStuck: (it) => it.synced,
      whenStuck: (them) =>
        blocked(`Still in ${namesOf(them)}, which your identity provider keeps: change it there.`),
    }),

  async apply(atlassian, accountId, move: Leaving<Place>) {
    for (const { id, directoryId } of move.groups) {
      if (move.do === 'join') await atlassian.join(accountId, id, directoryId);
      // A group that is gone has no members either.
      else await unlessMissing(atlassian.leave(accountId, id, directoryId));
    }
  },

  restore: (now, before) => planLeavingBack(now, before, (it) => !it.synced),
});
