import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { GitLab, Role } from './api.ts';
import { levels } from './memberships.ts';
import { scopes } from './scopes.ts';

const Found = z.strictObject({
  path: z.string(),
  /** Null: there is no such group, or we do not see it. */
  id: z.number().nullable(),
  /** As a member by name; null: none. */
  own: z.number().nullable(),
  /** With what comes from groups above; null: nothing. */
  level: z.number().nullable(),
});
type Found = z.infer<typeof Found>;

interface Step {
  readonly group: number;
  readonly had: number | null;
  /** Null: leave. */
  readonly level: number | null;
}

const roles = ['guest', 'planner', 'reporter', 'developer', 'maintainer', 'owner'] as const;

/** Whoever has as much or more already, here or from a group above, stays as they are. */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups, and so into their projects.',
  scopes: [scopes.api],
  params: z.strictObject({
    groups: z
      .array(z.string().min(1))
      .min(1)
      .meta({ title: 'Groups to join', description: 'The whole path, such as meadow/shop' }),
    role: z
      .enum(roles)
      .default('developer')
      .meta({ title: 'Role', description: 'In these groups' }),
  }),
  state: z.strictObject({ groups: z.array(Found) }),
  repeatable: true,

  async read(client: GitLab, accountId, known) {
    const groups: Found[] = [];
    const paths = known?.params.groups ?? [];
    for (const path of paths) groups.push(await found(client, accountId, path));
    return { groups };
  },

  plan({ groups }, { role }): Plan<readonly Step[]> {
    const unknown = groups.filter(({ id }) => id === null);
    if (unknown.length > 0)
      return blocked(`There is no group ${names(unknown)}, or it is not for this connection.`);
    const wanted = levels[role];
    const missing = groups.filter(({ level }) => (level ?? 0) < wanted);
    if (missing.length === 0) return done(`In ${names(groups)}.`);
    return change(
      `Add to ${names(missing)} as ${role}.`,
      missing.flatMap(({ id, own: had }) => (id === null ? [] : { group: id, had, level: wanted })),
    );
  },

  async apply(client, accountId, steps: readonly Step[]) {
    for (const { group, had, level } of steps) {
      const place = `groups/${group}` as const;
      if (level === null) {
        await unlessMissing(client.remove(place, accountId, { unassign: false }));
        continue;
      }
      const role: Role = { level, expires: null, customRole: null };
      // What was done by a call whose answer we never heard is found and set, not added again.
      const isIn = had ?? (await unlessMissing(client.member(place, accountId)));
      await (isIn === null
        ? client.add(place, accountId, role)
        : client.setRole(place, accountId, role));
    }
  },

  restore({ groups: now }, { groups: before }): Plan<readonly Step[]> {
    const changed = before.flatMap((it) => {
      const had = now.find(({ path }) => path === it.path)?.own ?? null;
      return it.id === null || had === it.own
        ? []
        : [{ ...it, step: { group: it.id, had, level: it.own } }];
    });
    if (changed.length === 0) return done('In these groups as before.');
    return change(
      `As before in ${names(changed)}.`,
      changed.map(({ step }) => step),
    );
  },
});

async function found(client: GitLab, accountId: string, path: string): Promise<Found> {
  const { top } = client;
  const isOurs = !top || `${path}/`.toLowerCase().startsWith(`${top.path}/`.toLowerCase());
  const group = isOurs ? await unlessMissing(client.group(path)) : null;
  if (!group) return { path, id: null, own: null, level: null };
  const { id } = group;
  const own = await unlessMissing(client.member(`groups/${id}`, accountId));
  const through = await unlessMissing(client.memberThrough(id, accountId));
  return { path, id, own: own?.access_level ?? null, level: through?.access_level ?? null };
}

const names = (groups: readonly { path: string }[]) => groups.map(({ path }) => path).join(', ');
