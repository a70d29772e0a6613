import { z } from 'zod';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  exists: z.boolean(),
  /** Whoever comes back, comes back into it. */
  unit: z.string().nullable(),
  superAdmin: z.boolean(),
  /** Files are being moved away. */
  isBeingMoved: z.boolean(),
});

type Change = { readonly do: 'delete' } | { readonly do: 'bring back'; readonly unit: string };

/** With the account go its mail and whatever files were not handed over. Google brings it back for 20 days. */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary:
    'Deletes the account with its mail, and with files that were not handed over. Google can bring it back for 20 days.',
  scopes: [scopes.users, scopes.transfers],
  params: z.strictObject({}),
  state,
  repeatable: true,
  // So long Google may take to bring one back.
  settlesWithinMs: 24 * 60 * 60_000,

  async read(google: Google, accountId) {
    const user = await google.userUnlessGone(accountId);
    if (!user) return { exists: false, unit: null, superAdmin: false, isBeingMoved: false };
    const transfers = await google.transfersFrom(accountId);
    const ended = ['completed', 'failed'];
    return {
      exists: true,
      unit: user.orgUnitPath ?? '/',
      superAdmin: user.isAdmin,
      isBeingMoved: transfers.some(
        (it) => !ended.includes(it.overallTransferStatusCode?.toLowerCase() ?? ''),
      ),
    };
  },

  plan({ exists, superAdmin, isBeingMoved }): Plan<Change> {
    if (!exists) return done('The account is deleted.');
    if (isBeingMoved) return underway('Google is still moving what the account owns.');
    if (superAdmin) {
      return blocked(
        'The account is a super administrator. Take the administrator roles away first.',
      );
    }
    return change('Delete the account with its mail and all files that it still owns.', {
      do: 'delete',
    });
  },

  async apply(google, accountId, it: Change) {
    if (it.do === 'delete') await unlessMissing(google.deleteUser(accountId));
    else if (!(await google.userUnlessGone(accountId))) await google.undelete(accountId, it.unit);
  },

  restore(now, before): Plan<Change> {
    if (now.exists === before.exists) return done('The account is there as before.');
    if (!before.exists) return blocked('The account did not exist before. Decide by hand.');
    return change('Bring the deleted account back, which Google does for 20 days.', {
      do: 'bring back',
      unit: before.unit ?? '/',
    });
  },
});
