import { z } from 'zod';
import {
  blocked,
  byHand,
  done,
  type HandOrder,
  type Plan,
  transition,
} from '#connector-kit/contract.ts';
import {
  GroupsToLeave,
  type Leaving,
  planLeaving,
  planLeavingBack,
} from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Microsoft } from './api.ts';
import { joinUnlessIn } from './join-groups.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

/**
 * Graph takes nobody out of a group that a rule, an Active Directory or Exchange keeps. The latter two are
 * changed by a person, and read until they show it.
 */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary:
    'Takes the account out of its groups and teams, but for those that give licences or roles, which go with them.',
  scopes: [scopes.readDirectory, scopes.manageMembers],
  mustPrecede: ['account.delete'],
  params: GroupsToLeave,
  state: z.strictObject({ groups: z.array(Membership) }),
  settlesWithinMs: 5 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId) {
    return { groups: await membershipsOf(microsoft, accountId) };
  },

  plan: (now, params) =>
    planLeaving(now, params, { isStuck: ({ keptBy }) => keptBy !== 'Entra ID', whenStuck }),

  async apply(microsoft, accountId, move: Leaving) {
    for (const { id } of move.groups) {
      if (move.do === 'join') await joinUnlessIn(microsoft, id, accountId);
      // A group that is gone has no members either.
      else await unlessMissing(microsoft.leave(id, accountId));
    }
  },

  restore: (now, before) => planLeavingBack(now, before, ({ keptBy }) => keptBy === 'Entra ID'),
});

function whenStuck(groups: readonly Membership[]): Plan<never> {
  const keptBy = (...keepers: Membership['keptBy'][]) =>
    groups.filter((it) => keepers.includes(it.keptBy));
  const elsewhere = keptBy('Active Directory', 'Exchange');
  if (elsewhere.length > 0) return byHand(orderFor(elsewhere), null);
  const ruled = keptBy('rule');
  if (ruled.length > 0) {
    return blocked(
      `Still in ${namesOf(ruled)}, by a rule. Change the rule, or name the group under “Groups to stay in”.`,
    );
  }
  return done(`Only in ${namesOf(groups)}, which go together with the licences or roles.`);
}

const orderFor = (groups: readonly Membership[]): HandOrder => ({
  instructions: [
    'Microsoft Graph cannot take the account out of these groups:',
    ...groups.map(({ name, keptBy }) =>
      keptBy === 'Exchange'
        ? `- ${name}: in the Exchange admin center → Recipients → Groups`
        : `- ${name}: in the Active Directory that keeps it`,
    ),
  ].join('\n'),
  proof: ['where it was changed'],
  assignTo: { role: 'it-admin' },
  deadline: null,
  mustName: null,
});
