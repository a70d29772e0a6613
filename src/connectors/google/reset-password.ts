import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import { randomPassword } from '#connector-kit/random-password.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';

/**
 * The first cut where the account cannot be suspended at once: nobody knows the password any more, and
 * whoever is signed in no longer is. Google tells nothing of a password that could be read back.
 */
export const resetPassword = command({
  capability: 'password.reset',
  summary: 'Replaces the password by a random one that nobody knows, and signs out everywhere.',
  scopes: [scopes.users, scopes.security],
  // With the old password the person would sign in again, by then without a second factor.
  mustPrecede: ['sessions.revoke', 'mfa.remove', 'account.suspend', 'account.delete'],
  params: z.strictObject({}),

  async send(google: Google, accountId) {
    await google.change(accountId, { password: randomPassword() });
    await google.signOut(accountId);
    return { summary: 'Google took a random password that nobody knows, and the sign-out.' };
  },
});
