import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { JumpCloud } from './api.ts';
import { permission } from './settings.ts';
import { stateOf } from './suspend-account.ts';

/**
 * JumpCloud has no call that ends sessions. It states that suspending signs the user out of devices and
 * resources; that can be seen, the sessions cannot.
 */
export const revokeSessions = command({
  capability: 'sessions.revoke',
  summary: 'Relies on JumpCloud, which states that suspending signs a user out everywhere.',
  scopes: [permission],
  params: z.strictObject({}),

  async send(jumpCloud: JumpCloud, accountId) {
    if (stateOf(await jumpCloud.user(accountId)) === 'SUSPENDED') {
      return {
        summary:
          'The user is suspended; JumpCloud states that this signs out of devices and resources.',
      };
    }
    throw new ConnectorError({
      kind: 'rejected',
      detail: 'The user is not suspended, and JumpCloud signs out only with that',
    });
  },
});
