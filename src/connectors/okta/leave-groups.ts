import { z } from 'zod';
import { blocked, done, transition } from '#connector-kit/contract.ts';
import {
  GroupsToLeave,
  type Leaving,
  planLeaving,
  planLeavingBack,
} from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Okta } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

/** A rule that puts people into groups brings them back; that shows when the group is read again. */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the account out of its groups, and so out of the apps that come with them.',
  scopes: [scopes.readUsers, scopes.manageGroups],
  params: GroupsToLeave,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(okta: Okta, accountId) {
    return { groups: await membershipsOf(okta, accountId) };
  },

  plan: (now, params) =>
    now.groups.length === 0
      ? done('In no group but Everyone.')
      : planLeaving(now, params, {
          isStuck: (it) => it.fromElsewhere,
          whenStuck: (them) =>
            blocked(
              `Still in ${namesOf(them)}, which an app or a directory behind Okta keeps: change it there.`,
            ),
        }),

  async apply(okta, accountId, move: Leaving) {
    for (const { id } of move.groups) {
      if (move.do === 'join') await okta.join(id, accountId);
      // A group that is gone has no members either.
      else await unlessMissing(okta.leave(id, accountId));
    }
  },

  restore: (now, before) => planLeavingBack(now, before, (it) => !it.fromElsewhere),
});
