import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  groupsToJoin,
  type Joining,
  planJoining,
  planJoiningBack,
} from '#connector-kit/groups-to-join.ts';
import type { Directory } from './api.ts';
import { groupCalled, join, leave, type Membership, membership, membershipsOf } from './groups.ts';
import { isNamed } from './leave-groups.ts';
import { onceEverywhere, readWithReplicas, replicas, replicasSettleWithinMs } from './replicas.ts';

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups.',
  scopes: ['write member, uniqueMember, memberUid'],
  params: groupsToJoin('Names (cn) or full names (DN).'),
  state: z.strictObject({ groups: z.array(membership), replicas }),
  settlesWithinMs: replicasSettleWithinMs,
  repeatable: true,

  read: (directory: Directory, accountId) =>
    readWithReplicas(directory, async (server) => {
      const account = await directory.entry(server, accountId, ['uid']);
      return { groups: await membershipsOf(directory, server, account) };
    }),

  plan: (now, params) =>
    onceEverywhere(
      planJoining(now, params, (group, it) => isNamed([it], group)),
      now.replicas,
    ),

  async apply(directory, accountId, move: Joining<Membership>) {
    const account = await directory.entry(directory.first, accountId, ['uid']);
    if (move.do === 'leave') {
      for (const group of move.groups) await leave(directory, account, group);
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const groups = await Promise.all(move.groups.map((it) => groupCalled(directory, it)));
    for (const group of groups) await join(directory, account, group);
  },

  restore: (now, before) =>
    onceEverywhere(
      planJoiningBack(now, before, ({ byRule }) => !byRule),
      now.replicas,
    ),
});
