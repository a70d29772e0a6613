import { z } from 'zod';
import { blocked, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { GitLab } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { carryOut, comingBack, leaving, type Move } from './moves.ts';
import { scopes } from './scopes.ts';

/**
 * What blocking is on gitlab.com, where a group blocks nobody: the account is out of the group and all below.
 * Whoever may still sign in by SAML comes back with it, so the identity provider is to be cut as well.
 */
export const leaveTopGroup = transition({
  capability: 'account.suspend',
  summary:
    'Takes the account out of the group, its subgroups and its projects. It still signs in to gitlab.com.',
  scopes: [scopes.api],
  mustPrecede: ['tokens.revoke', 'mfa.remove', 'account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({
    memberships: z.array(Membership),
    /** Still let in, such as by a group from elsewhere that was invited. */
    throughOthers: z.boolean(),
    /** It is the account by which we are there. */
    ours: z.boolean(),
  }),
  repeatable: true,

  async read(client: GitLab, accountId) {
    const ours = String((await client.me()).id) === accountId;
    const memberships = await membershipsOf(client, accountId);
    const id = (await client.top?.self())?.id;
    const through =
      id === undefined || memberships.length > 0
        ? null
        : await unlessMissing(client.memberThrough(id, accountId));
    return { memberships, throughOthers: through !== null, ours };
  },

  plan({ memberships, throughOthers, ours }): Plan<Move> {
    const planned = leaving(memberships, { ours, unassign: false });
    if (planned) return planned;
    if (throughOthers)
      return blocked(
        'No member by name any more, and still let in by a group from elsewhere that was invited: take the account out of that one.',
      );
    return done('In no group and no project.');
  },

  apply: (client, accountId, move: Move) => carryOut(client, accountId, move),

  restore: ({ memberships: now }, { memberships: before }): Plan<Move> => comingBack(now, before),
});
