import { z } from 'zod';
import { change, done, transition, underway } from '#connector-kit/contract.ts';
import type { Directory } from './api.ts';
import { groupCalled, join, leave, type Membership, membership, membershipsOf } from './groups.ts';
import { isNamed } from './leave-groups.ts';
import { lagging, readWithReplicas, replicas, replicasSettleWithinMs } from './replicas.ts';

type Step =
  | { readonly do: 'join'; readonly groups: readonly string[] }
  | { readonly do: 'leave'; readonly groups: readonly Membership[] };

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups.',
  scopes: ['write member, uniqueMember, memberUid'],
  params: z.strictObject({
    groups: z.array(z.string().min(1)).min(1).meta({
      title: 'Groups to join',
      description: 'Names (cn) or full names (DN).',
    }),
  }),
  state: z.strictObject({ groups: z.array(membership), replicas }),
  settlesWithinMs: replicasSettleWithinMs,
  repeatable: true,

  read: (directory: Directory, accountId) =>
    readWithReplicas(directory, async (server) => {
      const account = await directory.entry(server, accountId, ['uid']);
      return { groups: await membershipsOf(directory, server, account) };
    }),

  plan(now, { groups: wanted }) {
    const missing = wanted.filter((it) => !now.groups.some((group) => isNamed([it], group)));
    if (missing.length > 0) {
      return change<Step>(`Join ${missing.join(', ')}.`, { do: 'join', groups: missing });
    }
    const waiting = lagging(now.replicas);
    return waiting === null ? done(`In ${wanted.join(', ')}.`) : underway(waiting);
  },

  async apply(directory, accountId, step: Step) {
    const account = await directory.entry(directory.first, accountId, ['uid']);
    if (step.do === 'leave') {
      for (const group of step.groups) await leave(directory, account, group);
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const groups = await Promise.all(step.groups.map((it) => groupCalled(directory, it)));
    for (const group of groups) await join(directory, account, group);
  },

  restore(now, before) {
    const was = new Set(before.groups.map(({ id }) => id));
    const joined = now.groups.filter(({ id, byRule }) => !byRule && !was.has(id));
    if (joined.length > 0) {
      const names = joined.map(({ name }) => name).join(', ');
      return change<Step>(`Leave ${names}.`, { do: 'leave', groups: joined });
    }
    const waiting = lagging(now.replicas);
    return waiting === null ? done('In no group that it was not in before.') : underway(waiting);
  },
});
