import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  GroupsToLeave,
  type Leaving,
  planLeaving,
  planLeavingBack,
} from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Zoom } from './api.ts';
import { knownUser } from './known-user.ts';
import { scopes } from './scopes.ts';

const Membership = z.strictObject({ id: z.string(), name: z.string() });

/** Zoom answers “created” to joining also where it did nothing, so that the user is read afterwards. */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the user out of groups, and so out of the settings that come with them.',
  scopes: [scopes.readUser, scopes.listGroups, scopes.leaveGroup, scopes.joinGroup],
  params: GroupsToLeave,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(zoom: Zoom, accountId) {
    const { group_ids } = await knownUser(zoom, accountId);
    const known = group_ids.length === 0 ? [] : await zoom.groups();
    const nameOf = (id: string) => known.find((it) => it.id === id)?.name ?? id;
    return { groups: group_ids.toSorted().map((id) => ({ id, name: nameOf(id) })) };
  },

  plan: planLeaving,

  async apply(zoom, accountId, move: Leaving) {
    for (const { id } of move.groups) {
      if (move.do === 'join') await zoom.join(id, accountId);
      // A group that is gone has no members either.
      else await unlessMissing(zoom.leave(id, accountId));
    }
  },

  restore: planLeavingBack,
});
