import { z } from 'zod';
import { change, done, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Scim } from './api.ts';
import { Membership, membershipsOf } from './memberships.ts';

type Move =
  | { readonly do: 'join'; readonly groups: readonly string[] }
  | { readonly do: 'leave'; readonly groupIds: readonly string[] };

/** Puts the account into groups, and on the way back out of those that it was not in before. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups.',
  scopes: [],
  params: z.strictObject({
    groups: z
      .array(z.string().min(1))
      .min(1)
      .meta({ title: 'Groups to join', description: 'Names or ids, spelled exactly' }),
  }),
  state: z.strictObject({ groups: z.array(Membership) }),
  repeatable: true,

  async read(scim: Scim, accountId) {
    return { groups: await membershipsOf(scim, accountId) };
  },

  plan({ groups: present }, { groups: wanted }) {
    const missing = wanted.filter(
      (it) => !present.some(({ id, name }) => id === it || name === it),
    );
    if (missing.length === 0) return done(`In ${wanted.join(', ')}.`);
    return change<Move>(`Add to ${missing.join(', ')}.`, { do: 'join', groups: missing });
  },

  async apply(scim, accountId, move: Move) {
    if (move.do === 'leave') {
      for (const id of move.groupIds) await unlessMissing(scim.removeMember(id, accountId));
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const ids = await Promise.all(move.groups.map((it) => groupCalled(scim, it)));
    for (const id of ids) await scim.addMember(id, accountId);
  },

  restore(now, before) {
    const was = new Set(before.groups.map(({ id }) => id));
    const joined = now.groups.filter(({ id, inherited }) => !inherited && !was.has(id));
    if (joined.length === 0) return done('In no group that it was not in before.');
    const names = joined.map(({ name }) => name).join(', ');
    return change<Move>(`Remove from ${names}.`, {
      do: 'leave',
      groupIds: joined.map(({ id }) => id),
    });
  },
});

/** The id of the group with this name, or with this id. */
async function groupCalled(scim: Scim, name: string): Promise<string> {
  const ids: string[] = [];
  for await (const group of scim.groupsNamed(name)) {
    if (group.displayName === name || group.id === name) ids.push(group.id);
  }
  const [id, second] = ids;
  if (id !== undefined && second === undefined) return id;
  if (id === undefined && (await unlessMissing(scim.group(name)))) return name;
  const detail = second
    ? `Several groups are called “${name}”: name one by its id`
    : `There is no group “${name}”`;
  throw new ConnectorError({ kind: 'rejected', detail });
}
