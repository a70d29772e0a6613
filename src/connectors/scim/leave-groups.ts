import { z } from 'zod';
import { blocked, change, done, transition } from '#connector-kit/contract.ts';
import {
  GroupsToLeave,
  type Leaving,
  planLeavingBack,
  toLeave,
} from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import type { Scim } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';

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
    const direct = rest.filter(isDirect);
    if (direct.length > 0) {
      return change<Leaving>(`Remove from ${counted(direct)}.`, { do: 'leave', groups: direct });
    }
    if (rest.length > 0) {
      return blocked(`Still in ${counted(rest)}, through a group nested there that is kept.`);
    }
    if (params.only) return done(`In none of ${params.only.join(', ')}.`);
    return done(groups.length > 0 ? 'Only in groups to stay in.' : 'In no group.');
  },

  async apply(scim, accountId, move: Leaving) {
    let refusal: ConnectorError | null = null;
    for (const { id } of move.groups) {
      try {
        if (move.do === 'join') await scim.addMember(id, accountId);
        // A group that is gone has no members either.
        else await unlessMissing(scim.removeMember(id, accountId));
      } catch (error) {
        // One group that refuses must not keep the person in all the others.
        if (!(error instanceof ConnectorError && ofOneGroup.has(error.failure.kind))) throw error;
        refusal ??= error;
      }
    }
    if (refusal) throw refusal;
  },

  restore(now, before) {
    return planLeavingBack({ groups: now.groups.filter(isDirect) }, before, isDirect);
  },
});

const ofOneGroup = new Set<Failure['kind']>(['rejected', 'forbidden', 'not-found']);

const isDirect = ({ inherited }: Membership) => !inherited;

const counted = (groups: readonly Membership[]) =>
  groups.length === 1
    ? `the group ${namesOf(groups)}`
    : `${groups.length} groups: ${namesOf(groups)}`;
