import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { GroupsToLeave, toLeave } from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Okta } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

interface Move {
  readonly do: 'leave' | 'join';
  readonly groupIds: readonly string[];
}

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

  plan({ groups }, params): Plan<Move> {
    const rest = toLeave(groups, params);
    const own = rest.filter((it) => !it.fromElsewhere);
    if (own.length > 0) {
      return change(`Remove from ${names(own)}.`, {
        do: 'leave',
        groupIds: own.map(({ id }) => id),
      });
    }
    if (rest.length > 0) {
      return blocked(
        `Still in ${names(rest)}, which an app or a directory behind Okta keeps: change it there.`,
      );
    }
    return done(groups.length > 0 ? 'Only in groups to stay in.' : 'In no group but Everyone.');
  },

  async apply(okta, accountId, move: Move) {
    for (const id of move.groupIds) {
      if (move.do === 'join') await okta.join(id, accountId);
      // A group that is gone has no members either.
      else await unlessMissing(okta.leave(id, accountId));
    }
  },

  restore({ groups: now }, { groups: before }): Plan<Move> {
    const left = before.filter((it) => !it.fromElsewhere && !now.some(({ id }) => id === it.id));
    if (left.length === 0) return done('In every group from before.');
    return change(`Put back into ${names(left)}.`, {
      do: 'join',
      groupIds: left.map(({ id }) => id),
    });
  },
});

const names = (groups: readonly Membership[]) => groups.map(({ name }) => name).join(', ');
