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
import type { Microsoft } from './api.ts';
import { keeperOf, Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups and teams, and so into what comes with them.',
  scopes: [scopes.readDirectory, scopes.manageMembers],
  params: GroupsToJoin,
  state: z.strictObject({ groups: z.array(Membership) }),
  settlesWithinMs: 5 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId) {
    return { groups: await membershipsOf(microsoft, accountId) };
  },

  plan: planJoining,

  async apply(microsoft, accountId, move: Joining) {
    if (move.do === 'leave') {
      for (const { id } of move.groups) await unlessMissing(microsoft.leave(id, accountId));
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const ids = await Promise.all(move.groups.map((it) => groupCalled(microsoft, it)));
    for (const id of ids) await joinUnlessIn(microsoft, id, accountId);
  },

  restore: (now, before) => planJoiningBack(now, before, canBeLeft),
});

/** Graph refuses to add somebody a second time. */
export async function joinUnlessIn(
  microsoft: Microsoft,
  groupId: string,
  id: string,
): Promise<void> {
  try {
    await microsoft.join(groupId, id);
  } catch (error) {
    const isRefused = error instanceof ConnectorError && error.failure.kind === 'rejected';
    if (isRefused && (await microsoft.groupsOf(id)).some((it) => it.id === groupId)) return;
    throw error;
  }
}

/** The id of the one group with this name that can be joined here. */
async function groupCalled(microsoft: Microsoft, name: string): Promise<string> {
  const found = (await microsoft.groupsNamed(name)).filter((it) => it.displayName === name);
  const own = found.filter((it) => canBeLeft({ keptBy: keeperOf(it) }));
  const [other] = found;
  const none = other && `The members of “${name}” are not ours to change: ${keeperOf(other)}.`;
  return onlyOne(name, own, { none }).id;
}

/** Groups with licences are joined like others; those with roles only by people who give roles. */
const canBeLeft = ({ keptBy }: Pick<Membership, 'keptBy'>) =>
  keptBy === 'Entra ID' || keptBy === 'licences';
