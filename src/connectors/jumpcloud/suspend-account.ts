import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { JumpCloud, User } from './api.ts';
import { permission } from './settings.ts';

type State = 'STAGED' | 'ACTIVATED' | 'SUSPENDED';

const state = z.strictObject({ state: z.enum(['STAGED', 'ACTIVATED', 'SUSPENDED']) });

/** A suspended user keeps groups, devices and keys, so the way back is complete. */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Suspends the user: no sign-in to devices, apps, networks and directories any more.',
  scopes: [permission],
  // Signing out is what suspending does; without a second factor, the password alone would do.
  mustPrecede: ['sessions.revoke', 'mfa.remove', 'account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  read: async (jumpCloud: JumpCloud, accountId) => ({
    state: stateOf(await jumpCloud.user(accountId)),
  }),

  plan: (now): Plan<'ACTIVATED' | 'SUSPENDED'> =>
    now.state === 'SUSPENDED'
      ? done('The user is suspended.')
      : change('Suspend the user.', 'SUSPENDED'),

  apply: (jumpCloud, accountId, wanted: 'ACTIVATED' | 'SUSPENDED') =>
    jumpCloud.change(accountId, { state: wanted }),

  restore(now, before): Plan<'ACTIVATED' | 'SUSPENDED'> {
    if (now.state === before.state) return done('The user is as before.');
    if (before.state === 'STAGED') {
      return blocked('The user was never activated before; JumpCloud leads nobody back to that.');
    }
    return before.state === 'ACTIVATED'
      ? change('Activate the user again.', 'ACTIVATED')
      : change('Suspend the user again.', 'SUSPENDED');
  },
});

/** Older records tell only whether somebody is suspended. */
export function stateOf({ state: told, suspended }: User): State {
  if (told === 'SUSPENDED' || suspended === true) return 'SUSPENDED';
  return told === 'STAGED' ? 'STAGED' : 'ACTIVATED';
}
