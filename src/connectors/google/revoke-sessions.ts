import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';

/** Google ends sessions and cannot list them, so there is nothing to read back. */
export const revokeSessions = command({
  capability: 'sessions.revoke',
  summary: 'Signs out of every web and device session.',
  scopes: [scopes.security],
  mustPrecede: ['mfa.remove', 'account.suspend', 'account.delete'],
  params: z.strictObject({}),

  async send(google: Google, accountId) {
    await google.signOut(accountId);
    return { summary: 'Google took the request to end all web and device sessions.' };
  },
});
