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
import { ConnectorError } from '#core/failure.ts';
import type { JumpCloud } from './api.ts';
import { isByRule, Membership, membershipsOf } from './memberships.ts';
import { permission } from './settings.ts';

/** Puts the user into groups, and on the way back out of those that they were not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the user into groups, and so onto the devices and apps that come with them.',
  scopes: [permission],
  params: GroupsToJoin,
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(jumpCloud: JumpCloud, accountId) {
    return { groups: await membershipsOf(jumpCloud, accountId) };
  },

  plan: planJoining,

  async apply(jumpCloud, accountId, move: Joining) {
    if (move.do === 'leave') {
      for (const { id } of move.groups) {
        await unlessMissing(jumpCloud.changeMember(id, accountId, 'remove'));
      }
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const ids = await Promise.all(move.groups.map((it) => groupCalled(jumpCloud, it)));
    for (const id of ids) await jumpCloud.changeMember(id, accountId, 'add');
  },

  restore: (now, before) => planJoiningBack(now, before, (it) => !it.byRule),
});

/** The id of the one group with this name that people can be put into. */
async function groupCalled(jumpCloud: JumpCloud, wanted: string): Promise<string> {
  const found = (await jumpCloud.groupsNamed(wanted)).filter(({ name }) => name === wanted);
  const group = onlyOne(wanted, found);
  if (!isByRule(group)) return group.id;
  const detail = `The group “${wanted}” is filled by a rule.`;
  throw new ConnectorError({ kind: 'rejected', detail });
}
