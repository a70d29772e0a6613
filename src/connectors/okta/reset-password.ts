import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import { randomPassword } from '#connector-kit/random-password.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Okta } from './api.ts';
import { scopes } from './scopes.ts';

/**
 * Sets a random password. Expiring it, which Okta offers as well, would leave the account in a state that
 * cannot be suspended. That `passwordChanged` moved is checked and told; that it was not changed since
 * cannot be seen.
 */
export const resetPassword = command({
  capability: 'password.reset',
  summary: 'Replaces the password by a random one that nobody knows.',
  scopes: [scopes.readUsers, scopes.manageUsers],
  params: z.strictObject({}),

  async send(okta: Okta, accountId) {
    const changedAt = async () => (await okta.user(accountId)).passwordChanged ?? null;
    const before = await changedAt();
    await okta.setPassword(accountId, randomPassword());
    const after = await changedAt();
    if (after === before) {
      throw new ConnectorError({
        kind: 'unexpected',
        detail:
          'Okta took the new password, but the time of the last change did not move. Where passwords live ' +
          'in a directory behind Okta, replace it there.',
      });
    }
    return { summary: `The password is a random one that nobody knows, since ${after}.` };
  },
});
