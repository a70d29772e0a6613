import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { person } from '#connector-kit/fields.ts';
import { unlessNobody, type Zoom } from './api.ts';
import { licensed } from './known-user.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  id: z.string(),
  /** Null: there is no such user any more. */
  status: z.enum(['active', 'inactive', 'pending']).nullable(),
  /** Who receives; null: nobody in Zoom has that address. */
  receiver: z
    .strictObject({ id: z.string(), isLicensed: z.boolean(), isActive: z.boolean() })
    .nullable(),
});

type Change =
  | { readonly do: 'delete'; readonly to: string }
  | { readonly do: 'take back the invitation' };

/**
 * Zoom moves meetings, webinars, recordings and whiteboards only in the very call that deletes. Without
 * the word “delete” it would let the user go with a Zoom account of their own.
 */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary:
    'Deletes the user; meetings, webinars, cloud recordings and whiteboards go to somebody else in the same call.',
  scopes: [scopes.readUser, scopes.deleteUser],
  params: z.strictObject({
    to: person(
      'Who receives',
      'Gets meetings, webinars, recordings and whiteboards. The e-mail address of a licensed user of Zoom',
    ),
  }),
  state,
  settlesWithinMs: 15 * 60_000,

  async read(zoom: Zoom, accountId, known) {
    const user = await zoom.user(accountId);
    const receiver = known ? await zoom.user(known.params.to) : null;
    return {
      id: accountId,
      status: user ? (user.status ?? 'active') : null,
      receiver: receiver && {
        id: receiver.id,
        isLicensed: receiver.type === licensed,
        isActive: receiver.status !== 'inactive' && receiver.status !== 'pending',
      },
    };
  },

  plan({ id, status, receiver }, { to }): Plan<Change> {
    if (status === null) return done('The user no longer exists in Zoom.');
    if (status === 'pending') {
      return change('Take back the invitation, which was never accepted.', {
        do: 'take back the invitation',
      });
    }
    if (receiver === null) {
      return blocked(`Nobody in Zoom has the address ${to}. Name somebody else to receive.`);
    }
    if (receiver.id === id) return blocked(`${to} is the user who leaves. Name somebody else.`);
    if (!receiver.isActive) return blocked(`${to} is not active in Zoom. Name somebody else.`);
    if (!receiver.isLicensed) {
      return blocked(
        `${to} has no licence, and only licensed users of Zoom can receive recordings. Give them one, or name somebody else.`,
      );
    }
    return change(
      `Delete the user; meetings, webinars, recordings and whiteboards go to ${to} in the same call.`,
      { do: 'delete', to },
    );
  },

  async apply(zoom, accountId, it: Change) {
    const call =
      it.do === 'delete' ? zoom.delete(accountId, it.to) : zoom.takeBackInvitation(accountId);
    await unlessNobody(call);
  },
});
