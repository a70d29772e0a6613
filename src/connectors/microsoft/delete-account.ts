import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Microsoft } from './api.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  user: z.enum(['there', 'deleted', 'gone']),
  synced: z.boolean(),
});

/**
 * A deleted user lies in the bin for 30 days, from where it comes back with everything but its app consents. Mailbox
 * and OneDrive go with it: what is handed over comes before. Apps behind Entra ID may be told only when it is gone
 * for good, hence block first.
 */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary:
    'Deletes the user. For 30 days it can be brought back, then it is gone with its mailbox.',
  scopes: [scopes.readUsers, scopes.deleteUsers],
  params: z.strictObject({}),
  state,
  settlesWithinMs: 15 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId) {
    const user = await unlessMissing(microsoft.user(accountId));
    if (user) return { user: 'there' as const, synced: user.onPremisesSyncEnabled === true };
    const deleted = await unlessMissing(microsoft.deletedUser(accountId));
    // A wrong address answers 404 as well, so the tenant has to be there before a user is believed to be gone.
    if (!deleted) await microsoft.tenant();
    return { user: deleted ? ('deleted' as const) : ('gone' as const), synced: false };
  },

  plan({ user, synced }): Plan<'delete' | 'restore'> {
    if (user === 'deleted')
      return done('The user is deleted, and can be brought back for 30 days.');
    if (user === 'gone') return done('The user no longer exists in Entra ID.');
    return synced
      ? blocked('The user is kept by an Active Directory: delete it there, and Entra ID follows.')
      : change('Delete the user.', 'delete');
  },

  async apply(microsoft, accountId, what: 'delete' | 'restore') {
    if (what === 'restore') await microsoft.restoreUser(accountId);
    else await unlessMissing(microsoft.deleteUser(accountId));
  },

  restore(now, before): Plan<'delete' | 'restore'> {
    if (before.user !== 'there' || now.user === 'there') {
      return done('The user is as it was before.');
    }
    if (now.user === 'deleted') return change('Bring the user back.', 'restore');
    return blocked('The user is gone for good: more than 30 days have passed.');
  },
});
