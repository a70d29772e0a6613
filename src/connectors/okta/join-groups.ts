import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Okta } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

type Move =
  | { readonly do: 'join'; readonly groups: readonly string[] }
  | { readonly do: 'leave'; readonly groupIds: readonly string[] };

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups, and so into the apps that come with them.',
  scopes: [scopes.readUsers, scopes.readGroups, scopes.manageGroups],
  params: z.strictObject({
    groups: z
      .array(z.string().min(1))
      .min(1)
      .meta({ title: 'Groups to join', description: 'Names, spelled exactly' }),
  }),
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(okta: Okta, accountId) {
    return { groups: await membershipsOf(okta, accountId) };
  },

  plan({ groups: present }, { groups: wanted }): Plan<Move> {
    const missing = wanted.filter((it) => !present.some(({ name }) => name === it));
    if (missing.length === 0) return done(`In ${wanted.join(', ')}.`);
    return change(`Add to ${missing.join(', ')}.`, { do: 'join', groups: missing });
  },

  async apply(okta, accountId, move: Move) {
    if (move.do === 'leave') {
      for (const id of move.groupIds) await unlessMissing(okta.leave(id, accountId));
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const ids = await Promise.all(move.groups.map((it) => groupCalled(okta, it)));
    for (const id of ids) await okta.join(id, accountId);
  },

  restore({ groups: now }, { groups: before }): Plan<Move> {
    const joined = now.filter((it) => !it.fromElsewhere && !before.some(({ id }) => id === it.id));
    if (joined.length === 0) return done('In no group that it was not in before.');
    const names = joined.map(({ name }) => name).join(', ');
    return change(`Remove from ${names}.`, { do: 'leave', groupIds: joined.map(({ id }) => id) });
  },
});

/** The id of the one group with this name that can be joined here. */
async function groupCalled(okta: Okta, name: string): Promise<string> {
  const found = (await okta.groupsNamed(name)).filter((it) => it.profile.name === name);
  const [group, second] = found.filter(({ type }) => type === 'OKTA_GROUP');
  if (group && !second) return group.id;
  const detail = second
    ? `Several groups are called “${name}”.`
    : found.length > 0
      ? `The group “${name}” is kept by an app or a directory behind Okta; people join it there.`
      : `There is no group “${name}”.`;
  throw new ConnectorError({ kind: 'rejected', detail });
}
