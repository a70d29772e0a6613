import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Okta } from './api.ts';
import { scopes } from './scopes.ts';
import { moving, Status, statusOf } from './status.ts';

interface Change {
  readonly deactivate: boolean;
  readonly erase: boolean;
}

/**
 * Okta deletes in two steps: a deactivated user has lost apps, factors and API tokens, and can be deleted
 * next. Both are for good: apps behind Okta may delete mail and files. What is handed over comes before.
 */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary: 'Deactivates the user for good, and deletes it unless told to leave it at that.',
  scopes: [scopes.readUsers, scopes.manageUsers],
  params: z.strictObject({
    end: z.enum(['deleted', 'deactivated']).default('deleted').meta({
      title: 'End',
      description: 'deactivated: the user stays visible in Okta, without any access',
    }),
  }),
  state: Status,
  // Large ones take Okta a while: every app is told.
  settlesWithinMs: 15 * 60_000,

  read: (okta: Okta, accountId) => statusOf(okta, accountId),

  plan(now, { end }): Plan<Change> {
    if (now.status === null) return done('The user no longer exists in Okta.');
    if (now.movingTo !== null) return moving(now);
    if (now.status !== 'DEPROVISIONED') {
      return end === 'deactivated'
        ? change('Deactivate the user, which takes away every app.', {
            deactivate: true,
            erase: false,
          })
        : change('Deactivate the user, which takes away every app, and delete it.', {
            deactivate: true,
            erase: true,
          });
    }
    if (end === 'deactivated') return done('The user is deactivated.');
    return change('Delete the deactivated user.', { deactivate: false, erase: true });
  },

  async apply(okta, accountId, { deactivate, erase }: Change) {
    if (deactivate) await okta.deactivate(accountId);
    // Refused while the deactivation goes on in the background; the next pass finds it done and deletes.
    if (erase) await unlessMissing(okta.delete(accountId));
  },
});
