import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import type { Zoom } from './api.ts';
import { scopes } from './scopes.ts';

/** Zoom lists no sessions, so there is nothing to read back. Who signs in with a password is not touched by it. */
export const revokeSessions = command({
  capability: 'sessions.revoke',
  summary: 'Takes back the single sign-on token, which signs the person out of Zoom.',
  scopes: [scopes.deleteToken],
  params: z.strictObject({}),

  async send(zoom: Zoom, accountId) {
    await zoom.endSsoToken(accountId);
    return { summary: 'Zoom took the request to end the single sign-on token.' };
  },
});
