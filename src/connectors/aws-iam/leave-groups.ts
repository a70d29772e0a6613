import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  GroupsToLeave,
  type Leaving,
  planLeaving,
  planLeavingBack,
} from '#connector-kit/groups-to-leave.ts';
import type { Iam } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { permissions } from './permissions.ts';
import { settlesWithinMs } from './settles.ts';

/** Groups give their policies to whoever is in them. */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the user out of groups, and so takes away what they are allowed by them.',
  scopes: permissions.groups,
  mustPrecede: ['account.delete'],
  params: GroupsToLeave,
  state: z.strictObject({ groups: z.array(Membership) }),
  settlesWithinMs,
  repeatable: true,

  read: async (iam: Iam, accountId) => ({ groups: await membershipsOf(iam, accountId) }),

  plan: (now, params) => planLeaving(now, params),

  async apply(iam, accountId, { do: what, groups }: Leaving<Membership>) {
    const user = await iam.toChange(accountId);
    for (const { name } of groups) await iam[what](user, name);
  },

  restore: (now, before) => planLeavingBack(now, before),
});
