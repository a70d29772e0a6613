import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  GroupsToJoin,
  type Joining,
  planJoining,
  planJoiningBack,
} from '#connector-kit/groups-to-join.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Slack } from './api.ts';
import { type GroupAt, join, leave } from './groups.ts';
import { groupScopes } from './leave-groups.ts';
import { Membership, membershipsOf, workspacesOf } from './memberships.ts';
import type { Settings } from './settings.ts';

/** Puts the account into user groups, and on the way back out of those that it was not in before. */
export const joinGroups = (settings: Settings) =>
  transition({
    capability: 'groups.join',
    summary: 'Puts the account into user groups.',
    scopes: groupScopes(settings),
    params: GroupsToJoin,
    state: z.strictObject({ groups: z.array(Membership) }),
    repeatable: true,

    async read(slack: Slack, accountId) {
      return { groups: await membershipsOf(slack, accountId) };
    },

    plan: planJoining,

    async apply(slack, accountId, move: Joining<GroupAt>) {
      if (move.do === 'leave') {
        for (const group of move.groups) await leave(slack, group, accountId);
        return;
      }
      // All are looked for first: a wrong name must not leave the person in half of them.
      const known = await groupsThatCanBeJoined(slack, accountId);
      const found = move.groups.map((name) => groupCalled(known, name));
      for (const group of found) await join(slack, group, accountId);
    },

    restore: (now, before) => planJoiningBack(now, before, (it) => !it.byRole),
  });

type Named = GroupAt & { readonly name: string };

async function groupsThatCanBeJoined(slack: Slack, accountId: string): Promise<Named[]> {
  const known = new Map<string, Named>();
  for (const workspace of await workspacesOf(slack, accountId)) {
    for (const { id, name, auto_type, is_idp_group } of await slack.groups(workspace)) {
      const byScim = is_idp_group && slack.scim !== null;
      if (!auto_type) known.set(id, { id, name, workspace, byScim });
    }
  }
  if (slack.scim) {
    for await (const { id, displayName: name } of slack.scim.allGroups()) {
      if (!known.has(id)) known.set(id, { id, name, workspace: null, byScim: true });
    }
  }
  return [...known.values()];
}

function groupCalled(known: readonly Named[], name: string): GroupAt {
  const [group, second] = known.filter((it) => it.name === name);
  if (group && !second) return group;
  const detail = group
    ? `More than one user group is called “${name}”.`
    : `There is no user group “${name}”.`;
  throw new ConnectorError({ kind: 'rejected', detail });
}
