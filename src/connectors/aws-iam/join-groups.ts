import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  groupsToJoin,
  type Joining,
  planJoining,
  planJoiningBack,
} from '#connector-kit/groups-to-join.ts';
import type { Iam } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { permissions } from './permissions.ts';
import { settlesWithinMs } from './settles.ts';

/** Puts the user into groups, and on the way back out of those that they were not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the user into groups, and so gives them what those are allowed.',
  scopes: permissions.groups,
  params: groupsToJoin('Names, spelled exactly', z.string().regex(/^[\w+=,.@-]{1,128}$/)),
  state: z.strictObject({ groups: z.array(Membership) }),
  settlesWithinMs,
  repeatable: true,

  read: async (iam: Iam, accountId) => ({ groups: await membershipsOf(iam, accountId) }),

  plan: (now, params) => planJoining(now, params),

  async apply(iam, accountId, move: Joining<Membership>) {
    const user = await iam.toChange(accountId);
    if (move.do === 'join') for (const name of move.groups) await iam.join(user, name);
    else for (const { name } of move.groups) await iam.leave(user, name);
  },

  restore: (now, before) => planJoiningBack(now, before),
});
