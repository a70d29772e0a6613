import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import { ConnectorError } from '#core/failure.ts';
import type { GitHub } from './api.ts';
import { demandLogin, loginOf } from './login.ts';
import { permissions } from './permissions.ts';
import { Membership, membershipsOf } from './teams.ts';

type Move =
  | { readonly do: 'join'; readonly teams: readonly string[] }
  | { readonly do: 'leave'; readonly ids: readonly string[] };

/** Only members: GitHub would invite anybody else into the organisation, which nobody decided here. */
export const joinTeams = transition({
  capability: 'groups.join',
  summary: 'Puts the account into teams, and so into their repositories.',
  scopes: [permissions.readMembers, permissions.manageMembers],
  params: z.strictObject({
    groups: z
      .array(z.string().min(1))
      .min(1)
      .meta({ title: 'Teams to join', description: 'Names, spelled exactly' }),
  }),
  state: z.strictObject({ isMember: z.boolean(), teams: z.array(Membership) }),
  repeatable: true,

  async read(client: GitHub, accountId) {
    const login = await loginOf(client, accountId);
    const membership = login === null ? null : await client.membership(login);
    return {
      isMember: membership?.state === 'active',
      teams: await membershipsOf(client, accountId),
    };
  },

  plan({ isMember, teams }, { groups }): Plan<Move> {
    const missing = groups.filter((it) => !teams.some(({ name }) => name === it));
    if (missing.length === 0) return done(`In ${groups.join(', ')}.`);
    if (!isMember) return blocked('Not a member of the organisation. Invite the person first.');
    return change(`Add to ${missing.join(', ')}.`, { do: 'join', teams: missing });
  },

  async apply(client, accountId, move: Move) {
    const login = await demandLogin(client, accountId);
    if (move.do === 'leave') {
      for (const id of move.ids) await unlessMissing(client.leave(id, login));
      return;
    }
    // All are looked for first: a wrong name must not leave the person in half of them.
    const slugs = new Map<string, string>();
    for await (const { name, slug } of client.allTeams()) slugs.set(name, slug);
    const unknown = move.teams.filter((name) => !slugs.has(name));
    if (unknown.length > 0) {
      const detail = `There is no team “${unknown.join('”, “')}”.`;
      throw new ConnectorError({ kind: 'rejected', detail });
    }
    for (const name of move.teams) await client.join(slugs.get(name) ?? name, login, 'member');
  },

  restore({ teams: now }, { teams: before }): Plan<Move> {
    const joined = now.filter((it) => !before.some(({ id }) => id === it.id));
    if (joined.length === 0) return done('In no team that it was not in before.');
    const names = namesOf(joined);
    return change(`Remove from ${names}.`, { do: 'leave', ids: joined.map(({ id }) => id) });
  },
});
