import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { GitHub } from './api.ts';
import { demandLogin, isOnlyOwner, loginOf } from './login.ts';
import { permissions } from './permissions.ts';

const RoleState = z.strictObject({
  id: z.number(),
  name: z.string(),
  /** Has it by themselves, perhaps beside a team. */
  own: z.boolean(),
  throughTeams: z.array(z.string()),
});
type RoleState = z.infer<typeof RoleState>;

interface Change {
  readonly owner: 'take' | 'give' | 'leave';
  readonly take: readonly number[];
  readonly give: readonly number[];
}

/** Nobody is written to when an owner becomes a member; a new owner is. */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Makes an owner of the organisation a plain member, and takes its other roles away.',
  scopes: [permissions.readMembers, permissions.manageMembers, permissions.readRoles],
  params: z.strictObject({}),
  state: z.strictObject({
    owner: z.boolean(),
    onlyOwner: z.boolean(),
    roles: z.array(RoleState),
  }),
  repeatable: true,

  async read(client: GitHub, accountId) {
    const login = await loginOf(client, accountId);
    const membership = login === null ? null : await client.membership(login);
    if (membership?.state !== 'active') return { owner: false, onlyOwner: false, roles: [] };
    const owner = membership.role === 'admin';
    return {
      owner,
      onlyOwner: owner && (await isOnlyOwner(client, accountId)),
      roles: await rolesOf(client, accountId),
    };
  },

  plan({ owner, onlyOwner, roles }): Plan<Change> {
    if (onlyOwner) {
      return blocked(
        'Nobody else owns the organisation. Make somebody else an owner first, on GitHub: People → change role.',
      );
    }
    const own = roles.filter((it) => it.own);
    if (owner || own.length > 0) {
      const names = [...(owner ? ['owner'] : []), ...own.map(({ name }) => name)].join(', ');
      return change(`Take away ${names}.`, {
        ...{ owner: owner ? 'take' : 'leave', take: own.map(({ id }) => id), give: [] },
      });
    }
    const [inherited] = roles;
    if (!inherited) return done('A plain member, or none.');
    return blocked(
      `Still ${namesOf(roles)}, through ${inherited.throughTeams.join(', ')}. Take the account out of the team first.`,
    );
  },

  async apply(client, accountId, { owner, take, give }: Change) {
    const login = await demandLogin(client, accountId);
    for (const id of take) await unlessMissing(client.takeRole(login, id));
    if (owner !== 'leave') await client.setRole(login, owner === 'take' ? 'member' : 'admin');
    for (const id of give) await client.giveRole(login, id);
  },

  restore(now, before): Plan<Change> {
    const has = (it: RoleState) => now.roles.some(({ id, own }) => own && id === it.id);
    const lost = before.roles.filter((it) => it.own && !has(it));
    const owner = before.owner && !now.owner;
    if (!owner && lost.length === 0) return done('Every role from before.');
    const names = [...(owner ? ['owner'] : []), ...lost.map(({ name }) => name)].join(', ');
    return change(`Give back ${names}.`, {
      ...{ owner: owner ? 'give' : 'leave', take: [], give: lost.map(({ id }) => id) },
    });
  },
});

async function rolesOf(client: GitHub, accountId: string): Promise<RoleState[]> {
  const held: RoleState[] = [];
  for (const { id, name } of await client.roles()) {
    for await (const holder of client.holdersOf(id)) {
      if (String(holder.id) !== accountId) continue;
      const throughTeams = holder.inherited_from.map((team) => team.name).toSorted();
      held.push({ id, name, own: holder.assignment !== 'indirect', throughTeams });
      break;
    }
  }
  return held.sort((a, b) => a.id - b.id);
}
