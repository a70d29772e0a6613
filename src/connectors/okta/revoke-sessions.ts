import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import type { Okta } from './api.ts';
import { scopes } from './scopes.ts';

/**
 * Okta ends sessions and cannot list them, so there is nothing to read back. What web and native apps
 * hold by themselves goes on until they ask Okta again.
 */
export const revokeSessions = command({
  capability: 'sessions.revoke',
  summary:
    'Ends every Okta session, takes back the tokens issued in them, and forgets the devices.',
  scopes: [scopes.manageUsers],
  params: z.strictObject({}),

  async send(okta: Okta, accountId) {
    await okta.endSessions(accountId);
    return { summary: 'Okta took the request to end all sessions and tokens.' };
  },
});
