import { z } from 'zod';
import { blocked, change, done, transition } from '#connector-kit/contract.ts';
import type { SnipeIt } from './api.ts';
import { partsOf } from './holdings.ts';

const state = z.strictObject({
  isTaken: z.boolean(),
  isReassignable: z.boolean(),
});

/** Frees a seat in the books; the program itself is closed where its account is. */
export const removeLicence = transition({
  capability: 'licences.remove',
  summary: 'Frees the seats of licences that Snipe-IT shows as checked out to the person.',
  scopes: ['View Licenses', 'Checkout Licenses', 'View Users', 'Edit Users'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(snipeIt: SnipeIt, accountId) {
    const [licenceId = '', seatId = '', userId = ''] = partsOf(accountId);
    const seat = await snipeIt.seat(licenceId, seatId);
    return {
      isTaken: String(seat.assigned_user?.id) === userId,
      isReassignable: seat.reassignable,
    };
  },

  plan(now) {
    if (!now.isTaken) return done('The seat is no longer with the person.');
    if (!now.isReassignable) {
      return blocked('This licence cannot be given to anybody else, so its seat stays taken.');
    }
    return change('Free the seat.', 'free' as const);
  },

  async apply(snipeIt, accountId, _: 'free') {
    const [licenceId = '', seatId = ''] = partsOf(accountId);
    await snipeIt.freeSeat(licenceId, seatId);
  },
});
