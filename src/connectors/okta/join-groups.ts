import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  GroupsToJoin,
  type Joining,
  onlyOne,
  planJoining,
  planJoiningBack,
} from '#connector-kit/groups-to-join.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Okta } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups, and so into the apps that come with them.',
  scopes: [scopes.readUsers, scopes.readGroups, scopes.manageGroups],
  params: GroupsToJoin,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(okta: Okta, accountId) {
    return { groups: await membershipsOf(okta, accountId) };
  },

  plan: planJoining,

  async apply(okta, accountId, move: Joining) {
    if (move.do === 'leave') {
      for (const { id } of move.groups) await unlessMissing(okta.leave(id, accountId));
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const ids = await Promise.all(move.groups.map((it) => groupCalled(okta, it)));
    for (const id of ids) await okta.join(id, accountId);
  },

  restore: (now, before) => planJoiningBack(now, before, (it) => !it.fromElsewhere),
});

/** The id of the one group with this name that can be joined here. */
async function groupCalled(okta: Okta, name: string): Promise<string> {
  const found = (await okta.groupsNamed(name)).filter((it) => it.profile.name === name);
  const own = found.filter(({ type }) => type === 'OKTA_GROUP');
  const none =
    found.length > 0
      ? `The group “${name}” is kept by an app or a directory behind Okta; people join it there.`
      : undefined;
  return onlyOne(name, own, { none }).id;
}
