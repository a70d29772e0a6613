import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { GroupsToLeave, type Leaving, planLeaving } from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Google } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

/** A group that has no owner any more belongs to nobody: it is left only once somebody else owns it. */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the account out of its groups. Groups that nobody else owns are kept back.',
  scopes: [scopes.users, scopes.groups],
  mustPrecede: ['account.delete'],
  params: GroupsToLeave,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(google: Google, accountId) {
    return { groups: await membershipsOf(google, accountId) };
  },

  plan: (now, params) =>
    planLeaving(now, params, {
      isStuck: (it) => it.onlyOwner,
      whenStuck: (them) =>
        blocked(
          `Nobody else owns ${namesOf(them)}. Hand over what the account owns, or make somebody an owner by hand.`,
        ),
    }),

  async apply(google, accountId, move: Leaving<Pick<Membership, 'id' | 'role'>>) {
    if (move.do === 'leave') {
      // A group that is gone has no members either.
      for (const { id } of move.groups) await unlessMissing(google.leave(id, accountId));
      return;
    }
    const { primaryEmail } = await google.user(accountId);
    for (const { id, role } of move.groups) {
      const member = await google.membership(id, accountId);
      if (!member) await google.join(id, primaryEmail, role);
      else if (member.role !== role) await google.setRoleIn(id, accountId, role);
    }
  },

  restore({ groups: now }, { groups: before }): Plan<Leaving<Membership>> {
    const left = before.filter(
      (it) => !now.some(({ id, role }) => id === it.id && role === it.role),
    );
    if (left.length === 0) return done('In every group from before.');
    return change(`Put back into ${namesOf(left)}.`, { do: 'join', groups: left });
  },
});
