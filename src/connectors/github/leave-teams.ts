import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { GroupsToLeave, toLeave } from '#connector-kit/groups-to-leave.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import { ConnectorError } from '#core/failure.ts';
import type { GitHub } from './api.ts';
import { demandLogin } from './login.ts';
import { permissions } from './permissions.ts';
import { Membership, membershipsOf } from './teams.ts';

interface Move {
  readonly do: 'leave' | 'join';
  readonly teams: readonly { id: string; role: Membership['role'] }[];
}

/** A team that a group of the identity provider fills is left there, or the next synchronisation undoes it. */
export const leaveTeams = transition({
  capability: 'groups.leave',
  summary: 'Takes the account out of its teams, and so out of their repositories.',
  scopes: [permissions.readMembers, permissions.manageMembers],
  params: GroupsToLeave,
  state: z.strictObject({ teams: z.array(Membership) }),
  repeatable: true,

  async read(client: GitHub, accountId) {
    return { teams: await membershipsOf(client, accountId) };
  },

  plan({ teams }, params): Plan<Move> {
    const rest = toLeave(teams, params);
    const own = rest.filter(({ keptBy }) => keptBy === null);
    if (own.length > 0) {
      return change(`Remove from ${namesOf(own)}.`, { do: 'leave', teams: wanted(own) });
    }
    if (rest.length > 0) {
      const each = rest.map(({ name, keptBy }) => `${name}, which ${keptBy} fills`).join('; ');
      return blocked(`Still in ${each}: change it there.`);
    }
    return done(teams.length > 0 ? 'Only in teams to stay in.' : 'In no team.');
  },

  async apply(client, accountId, { do: what, teams }: Move) {
    const login = await demandLogin(client, accountId);
    let refusal: ConnectorError | null = null;
    for (const { id, role } of teams) {
      try {
        if (what === 'join') await client.join(id, login, role);
        // A team that is gone has no members either, and a member of a child team left the parent with it.
        else await unlessMissing(client.leave(id, login));
      } catch (error) {
        // One that is synchronised must not keep the person in all the others.
        if (!(error instanceof ConnectorError) || error.failure.kind !== 'forbidden') throw error;
        refusal ??= new ConnectorError(
          {
            kind: 'forbidden',
            detail: `GitHub lets nobody change who is in ${id}. It does so where the identity provider fills the team, which is changed there, and where the permission members: write is missing. ${error.failure.detail}`,
          },
          { cause: error },
        );
      }
    }
    if (refusal) throw refusal;
  },

  restore({ teams: now }, { teams: before }): Plan<Move> {
    const isIn = (it: Membership) => now.some(({ id }) => id === it.id);
    const left = before.filter((it) => it.keptBy === null && !isIn(it));
    if (left.length === 0) return done('In every team from before.');
    return change(`Put back into ${namesOf(left)}.`, { do: 'join', teams: wanted(left) });
  },
});

const wanted = (teams: readonly Membership[]) => teams.map(({ id, role }) => ({ id, role }));
