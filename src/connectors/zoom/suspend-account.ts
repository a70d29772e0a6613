import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Zoom } from './api.ts';
import { knownUser, licenceName } from './known-user.ts';
import { scopes } from './scopes.ts';

type Change =
  | { readonly do: 'deactivate' }
  /** `type`: the licence from before, which Zoom took with the deactivation. */
  | { readonly do: 'activate'; readonly type: number }
  | { readonly do: 'license'; readonly type: number };

/** Zoom takes every licence from a user whom it deactivates, so the way back gives it again. */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Deactivates the user, who can no longer sign in and whose licence becomes free.',
  scopes: [scopes.readUser, scopes.updateStatus, scopes.updateUser],
  // Or the person signs straight back in.
  mustPrecede: ['sessions.revoke'],
  params: z.strictObject({}),
  state: z.strictObject({
    status: z.enum(['active', 'inactive', 'pending']),
    type: z.int(),
  }),
  repeatable: true,

  async read(zoom: Zoom, accountId) {
    const { status = 'active', type } = await knownUser(zoom, accountId);
    return { status, type };
  },

  plan({ status }): Plan<Change> {
    if (status === 'inactive') return done('The user is inactive.');
    if (status === 'pending') {
      return blocked(
        'The user was invited and never came; Zoom deactivates only active ones. Take the invitation back with account.delete.',
      );
    }
    return change('Deactivate the active user.', { do: 'deactivate' });
  },

  async apply(zoom, accountId, it: Change) {
    if (it.do === 'deactivate') return zoom.setStatus(accountId, 'deactivate');
    if (it.do === 'activate') await zoom.setStatus(accountId, 'activate');
    await zoom.setType(accountId, it.type);
  },

  restore(now, before): Plan<Change> {
    if (now.status !== before.status) {
      if (before.status === 'inactive')
        return change('Deactivate the user again.', { do: 'deactivate' });
      const type = before.type;
      return change(`Activate the user again, as ${licenceName(type)}.`, { do: 'activate', type });
    }
    return now.type === before.type
      ? done('The user is as before.')
      : change(`Give back the licence ${licenceName(before.type)}.`, {
          do: 'license',
          type: before.type,
        });
  },
});
