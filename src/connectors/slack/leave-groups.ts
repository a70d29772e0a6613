import { z } from 'zod';
import { blocked, type Plan, transition } from '#connector-kit/contract.ts';
import {
  GroupsToLeave,
  type Leaving,
  planLeaving,
  planLeavingBack,
} from '#connector-kit/groups-to-leave.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Slack } from './api.ts';
import { type GroupAt, join, leave } from './groups.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';
import { hasScim, type Settings } from './settings.ts';

/** An identity provider that keeps a group brings people back; that shows when it is read again. */
export const leaveGroups = (settings: Settings) =>
  transition({
    capability: 'groups.leave',
    summary: 'Takes the account out of its user groups, and so out of mentions and hand-overs.',
    scopes: groupScopes(settings),
    params: GroupsToLeave,
    state: z.strictObject({ groups: z.array(Membership) }),
    repeatable: true,

    async read(slack: Slack, accountId) {
      return { groups: await membershipsOf(slack, accountId) };
    },

    plan: (now, params) =>
      planLeaving(now, params, { isStuck: (it) => it.byRole || it.alone, whenStuck }),

    async apply(slack, accountId, move: Leaving<GroupAt>) {
      for (const group of move.groups) {
        if (move.do === 'join') await join(slack, group, accountId);
        else await leave(slack, group, accountId);
      }
    },

    restore: (now, before) => planLeavingBack(now, before, (it) => !it.byRole),
  });

function whenStuck(groups: readonly Membership[]): Plan<never> {
  const byRole = groups.filter((it) => it.byRole);
  return blocked(
    byRole.length > 0
      ? `Still in ${namesOf(byRole)}, which Slack fills by role: take the role away.`
      : `Alone in ${namesOf(groups)}, and Slack keeps no empty user group: put somebody else in first, or disable it.`,
  );
}

/** What reading and changing memberships needs. */
export const groupScopes = (settings: Settings): string[] => [
  ...(settings.plan === 'enterprise' ? [scopes.readUsers] : []),
  scopes.readGroups,
  scopes.writeGroups,
  ...(hasScim(settings) ? [scopes.admin] : []),
];
