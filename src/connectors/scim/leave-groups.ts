import { z } from 'zod';
import { blocked, change, done, transition } from '#connector-kit/contract.ts';
import { GroupsToLeave, toLeave } from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import type { Scim } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';

interface Move {
  readonly do: 'leave' | 'join';
  readonly groupIds: readonly string[];
}

export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the account out of its groups.',
  scopes: [],
  params: GroupsToLeave,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(scim: Scim, accountId) {
    return { groups: await membershipsOf(scim, accountId) };
  },

  plan({ groups }, params) {
    const rest = toLeave(groups, params);
    const direct = rest.filter((it) => !it.inherited);
    if (direct.length > 0) {
      return change<Move>(`Remove from ${namesOf(direct)}.`, {
        do: 'leave',
        groupIds: idsOf(direct),
      });
    }
    if (rest.length > 0) {
      return blocked(`Still in ${namesOf(rest)}, through a group nested there that is kept.`);
    }
    if (params.only) return done(`In none of ${params.only.join(', ')}.`);
    return done(groups.length > 0 ? 'Only in groups to stay in.' : 'In no group.');
  },

  async apply(scim, accountId, move: Move) {
    let refusal: ConnectorError | null = null;
    for (const groupId of move.groupIds) {
      try {
        if (move.do === 'join') await scim.addMember(groupId, accountId);
        // A group that is gone has no members either.
        else await unlessMissing(scim.removeMember(groupId, accountId));
      } catch (error) {
        // One group that refuses must not keep the person in all the others.
        if (!(error instanceof ConnectorError && ofOneGroup.has(error.failure.kind))) throw error;
        refusal ??= error;
      }
    }
    if (refusal) throw refusal;
  },

  restore(now, before) {
    const present = new Set(idsOf(now.groups.filter((it) => !it.inherited)));
    const left = before.groups.filter((it) => !it.inherited && !present.has(it.id));
    if (left.length === 0) return done('In every group from before.');
    return change<Move>(`Put back into ${namesOf(left)}.`, { do: 'join', groupIds: idsOf(left) });
  },
});

const ofOneGroup = new Set<Failure['kind']>(['rejected', 'forbidden', 'not-found']);

const idsOf = (groups: readonly Membership[]) => groups.map((it) => it.id);
const namesOf = (groups: readonly Membership[]) => {
  const names = groups.map((it) => it.name).join(', ');
  return groups.length === 1 ? `the group ${names}` : `${groups.length} groups: ${names}`;
};
