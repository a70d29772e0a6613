import { z } from 'zod';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import type { GitHub } from './api.ts';
import { demandLogin, loginOf } from './login.ts';
import { permissions } from './permissions.ts';

const state = z.strictObject({
  seat: z.boolean(),
  /** Cancelled: the seat goes on to this day, the end of what is paid for. */
  endsOn: z.string().nullable(),
  throughTeam: z.string().nullable(),
});

const noSeat = { seat: false, endsOn: null, throughTeam: null };

/** A seat of Copilot. A cancelled one goes on to the end of the month that is paid for. */
export const removeLicences = transition({
  capability: 'licences.remove',
  summary: 'Cancels the seat of Copilot, which ends with the month that is paid for.',
  scopes: [permissions.readMembers, permissions.readSeats, permissions.manageSeats],
  params: z.strictObject({}),
  state,
  settlesWithinMs: 32 * 24 * 60 * 60_000,
  repeatable: true,

  async read(client: GitHub, accountId) {
    const login = await loginOf(client, accountId);
    // Seats end with the membership, and GitHub answers for members only.
    if (login === null || !(await client.membership(login))) return noSeat;
    const seat = await client.seatOf(login);
    if (seat === null) return noSeat;
    return {
      seat: true,
      endsOn: seat.pending_cancellation_date ?? null,
      throughTeam: seat.assigning_team?.name ?? null,
    };
  },

  plan({ seat, endsOn, throughTeam }): Plan<'take' | 'give'> {
    if (!seat) return done('No seat of Copilot.');
    if (endsOn !== null)
      return underway(`The seat of Copilot is cancelled, and ends on ${endsOn}.`);
    if (throughTeam !== null) {
      return blocked(
        `The team ${throughTeam} gives the seat of Copilot. Take the account out of the team first.`,
      );
    }
    return change('Cancel the seat of Copilot.', 'take');
  },

  async apply(client, accountId, what: 'take' | 'give') {
    const login = await demandLogin(client, accountId);
    await (what === 'take' ? client.takeSeat(login) : client.giveSeat(login));
  },

  restore(now, before): Plan<'take' | 'give'> {
    if (!before.seat || before.throughTeam !== null || before.endsOn !== null) {
      return done('There was no seat of its own that went on.');
    }
    if (now.seat && now.endsOn === null) return done('The seat of Copilot is back.');
    return change('Give the seat of Copilot back.', 'give');
  },
});
