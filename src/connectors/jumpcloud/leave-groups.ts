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
import type { JumpCloud } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { permission } from './settings.ts';

/** Groups bind people to devices, apps and networks. */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the user out of groups, and so off the devices and apps that come with them.',
  scopes: [permission],
  params: GroupsToLeave,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(jumpCloud: JumpCloud, accountId) {
    return { groups: await membershipsOf(jumpCloud, accountId) };
  },

  plan: (now, params) =>
    planLeaving(now, params, {
      isStuck: (it) => it.byRule,
      whenStuck: (them) =>
        blocked(
          `Still in ${namesOf(them)}, by a rule: change the rule, or what it looks at in the user.`,
        ),
    }),

  async apply(jumpCloud, accountId, move: Leaving) {
    for (const { id } of move.groups) {
      if (move.do === 'join') await jumpCloud.changeMember(id, accountId, 'add');
      // A group that is gone has no members either.
      else await unlessMissing(jumpCloud.changeMember(id, accountId, 'remove'));
    }
  },

  restore: (now, before) => planLeavingBack(now, before, (it) => !it.byRule),
});
