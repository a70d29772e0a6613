import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Scim } from './api.ts';

/**
 * SCIM has no sessions: where the vendor states that they end with the account, all we can do
 * is see that the account has ended. A statement is not a proof, hence a command.
 */
export const revokeSessions = command({
  capability: 'sessions.revoke',
  summary: 'Relies on the vendor, who states that sessions end when the account is deactivated.',
  scopes: [],
  params: z.strictObject({}),

  async send(scim: Scim, accountId) {
    const user = await scim.user(accountId);
    if (user && user.active !== false) {
      throw new ConnectorError({
        kind: 'rejected',
        detail: 'The account is active, and its sessions end only when it is deactivated',
      });
    }
    const seen = user ? 'is deactivated' : 'no longer exists';
    return { summary: `The account ${seen}; the vendor states that its sessions end with that.` };
  },
});
