import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  groupsToJoin,
  type Joining,
  planJoining,
  planJoiningBack,
} from '#connector-kit/groups-to-join.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Google } from './api.ts';
import { groupCalled, Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Makes the account a member of groups.',
  scopes: [scopes.users, scopes.groups],
  params: groupsToJoin('Their e-mail addresses', z.string().trim().toLowerCase().min(1)),
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(google: Google, accountId) {
    return { groups: await membershipsOf(google, accountId) };
  },

  plan: (now, params) => planJoining(now, params, ({ name }, it) => name.toLowerCase() === it),

  async apply(google, accountId, move: Joining) {
    if (move.do === 'leave') {
      for (const { id } of move.groups) await unlessMissing(google.leave(id, accountId));
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const ids = await Promise.all(move.groups.map((it) => groupCalled(google, it)));
    const { primaryEmail } = await google.user(accountId);
    for (const id of ids) {
      // Google refuses somebody who is a member already.
      if (!(await google.membership(id, accountId))) await google.join(id, primaryEmail, 'MEMBER');
    }
  },

  restore: planJoiningBack,
});
