import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  GroupsToLeave,
  type Leaving,
  planLeaving,
  planLeavingBack,
} from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Keycloak } from './api.ts';
import { Membership, membershipsOf, pathOf } from './memberships.ts';
import { scopes } from './scopes.ts';

/** A group that a directory behind Keycloak fills comes back with its next sync; that shows when it is read again. */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the account out of its groups, and so out of the roles that come with them.',
  scopes: [scopes.manageUsers],
  params: GroupsToLeave,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(keycloak: Keycloak, accountId) {
    return { groups: await membershipsOf(keycloak, accountId) };
  },

  plan: (now, { keep, only }) =>
    planLeaving(now, {
      ...(keep ? { keep: spelled(keep) } : {}),
      ...(only ? { only: spelled(only) } : {}),
    }),

  async apply(keycloak, accountId, move: Leaving) {
    for (const { id } of move.groups) {
      if (move.do === 'join') await keycloak.join(accountId, id);
      // A group that is gone has no members either.
      else await unlessMissing(keycloak.leave(accountId, id));
    }
  },

  restore: planLeavingBack,
});

/** By path as Keycloak has it, or by id. */
const spelled = (groups: readonly string[]) => groups.flatMap((it) => [it, pathOf(it)]);
