import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import {
  groupsToJoin,
  type Joining,
  planJoining,
  planJoiningBack,
} from '#connector-kit/groups-to-join.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Keycloak } from './api.ts';
import { Membership, membershipsOf, pathOf } from './memberships.ts';
import { scopes } from './scopes.ts';

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups, and so into the roles that come with them.',
  scopes: [scopes.manageUsers],
  params: groupsToJoin('Paths such as /Sales/EMEA, spelled exactly'),
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(keycloak: Keycloak, accountId) {
    return { groups: await membershipsOf(keycloak, accountId) };
  },

  plan: (now, { groups }) => planJoining(now, { groups: groups.map(pathOf) }),

  async apply(keycloak, accountId, move: Joining) {
    if (move.do === 'leave') {
      for (const { id } of move.groups) await unlessMissing(keycloak.leave(accountId, id));
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const ids = await Promise.all(move.groups.map((it) => groupAt(keycloak, it)));
    for (const id of ids) await keycloak.join(accountId, id);
  },

  restore: planJoiningBack,
});

/** The id of the group with this path. */
async function groupAt(keycloak: Keycloak, path: string): Promise<string> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const group = (await keycloak.groupsNamed(name)).find((it) => it.path === path);
  if (group) return group.id;
  throw new ConnectorError({ kind: 'rejected', detail: `There is no group ${path}.` });
}
