import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import { randomPassword } from '#connector-kit/random-password.ts';
import { ConnectorError } from '#core/failure.ts';
import type { JumpCloud } from './api.ts';
import { permission } from './settings.ts';

/** Sets a random password. That its date moved is checked; that it was not changed since cannot be seen. */
export const resetPassword = command({
  capability: 'password.reset',
  summary: 'Replaces the password by a random one that nobody knows, on the devices too.',
  scopes: [permission],
  params: z.strictObject({}),

  async send(jumpCloud: JumpCloud, accountId) {
    const before = await jumpCloud.user(accountId);
    if (before.delegatedAuthority) {
      const detail = 'Active Directory keeps the password of this user: replace it there.';
      throw new ConnectorError({ kind: 'rejected', detail });
    }
    await jumpCloud.change(accountId, { password: randomPassword() });
    const { password_date: since } = await jumpCloud.user(accountId);
    if (!since || since === before.password_date) {
      const detail = 'JumpCloud took the new password, but its date did not move.';
      throw new ConnectorError({ kind: 'unexpected', detail });
    }
    return { summary: `The password is a random one that nobody knows, since ${since}.` };
  },
});
