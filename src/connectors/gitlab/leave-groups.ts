import { z } from 'zod';
import { done, type Plan, transition } from '#connector-kit/contract.ts';
import { GroupsToLeave, toLeave } from '#connector-kit/groups-to-leave.ts';
import type { GitLab } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { carryOut, comingBack, leaving, type Move } from './moves.ts';
import { scopes } from './scopes.ts';

/** A group is never left without an owner: another one comes first, and until then a person decides. */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the account out of its groups and projects, each by itself.',
  scopes: [scopes.api],
  params: GroupsToLeave.extend({
    unassign: z.boolean().default(false).meta({
      title: 'Take off issues and merge requests',
      description: 'Those of the groups and projects that are left. It cannot be undone',
    }),
  }),
  state: z.strictObject({
    memberships: z.array(Membership),
    /** It is the account by which we are there. */
    ours: z.boolean(),
  }),
  repeatable: true,

  async read(client: GitLab, accountId) {
    const ours = String((await client.me()).id) === accountId;
    return { memberships: await membershipsOf(client, accountId), ours };
  },

  plan({ memberships, ours }, params): Plan<Move> {
    const planned = leaving(toLeave(memberships, params), { ours, unassign: params.unassign });
    if (planned) return planned;
    return done(memberships.length > 0 ? 'Only where to stay.' : 'In no group and no project.');
  },

  apply: (client, accountId, move: Move) => carryOut(client, accountId, move),

  restore: ({ memberships: now }, { memberships: before }): Plan<Move> => comingBack(now, before),
});
