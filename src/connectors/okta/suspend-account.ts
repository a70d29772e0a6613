import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Okta } from './api.ts';
import { scopes } from './scopes.ts';
import { moving, Status, statusOf } from './status.ts';

type Step = 'suspend' | 'unlock and suspend' | 'unsuspend';

/**
 * Okta suspends only ACTIVE users, and restores only SUSPENDED ones. A suspended user keeps groups
 * and apps, so the way back is complete.
 */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Stops the person from signing in to Okta and every app behind it.',
  scopes: [scopes.readUsers, scopes.manageUsers],
  // Or the person signs straight back in; and a deactivated user can no longer be suspended.
  mustPrecede: ['sessions.revoke', 'account.delete'],
  params: z.strictObject({}),
  state: Status,

  async read(okta: Okta, accountId) {
    const now = await statusOf(okta, accountId);
    if (now.status !== null) return now;
    throw new ConnectorError({ kind: 'not-found', detail: 'The user no longer exists in Okta' });
  },

  plan(now): Plan<Step> {
    if (now.movingTo !== null) return moving(now);
    switch (now.status) {
      case 'SUSPENDED':
        return done('The account is suspended.');
      case 'DEPROVISIONED':
        return done('The account is deactivated.');
      case 'ACTIVE':
        return change('Suspend the active account.', 'suspend');
      case 'LOCKED_OUT':
        // The lock ends by itself or by an answer to the security question.
        return change(
          'Suspend the locked account, which Okta wants unlocked first.',
          'unlock and suspend',
        );
      default:
        return blocked(
          `Okta suspends only ACTIVE users; this one is ${now.status}, and a password could still be set. ` +
            'Deactivate it: account.delete with “end: deactivated”.',
        );
    }
  },

  async apply(okta, accountId, step: Step) {
    if (step === 'unlock and suspend') await okta.unlock(accountId);
    if (step === 'unsuspend') await okta.unsuspend(accountId);
    else await okta.suspend(accountId);
  },

  restore(now, before): Plan<Step> {
    if (now.movingTo !== null) return moving(now);
    if (now.status === before.status) return done(`The account is ${now.status} as before.`);
    if (before.status === 'LOCKED_OUT' && now.status === 'ACTIVE')
      return done('The account can be used again.');
    if (now.status === 'SUSPENDED') return change('Lift the suspension.', 'unsuspend');
    return blocked(`The account is ${now.status}; Okta lifts only a suspension.`);
  },
});
