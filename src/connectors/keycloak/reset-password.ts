import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import { randomPassword } from '#connector-kit/random-password.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Keycloak } from './api.ts';
import { federationOf } from './federation.ts';
import { scopes } from './scopes.ts';

/**
 * Sets a random password. That its date moved is checked and told; that it was not changed since cannot be
 * seen. Nobody is written to.
 */
export const resetPassword = command({
  capability: 'password.reset',
  summary: 'Replaces the password by a random one that nobody knows.',
  scopes: [scopes.manageUsers, scopes.viewRealm],
  params: z.strictObject({}),

  async send(keycloak: Keycloak, accountId) {
    const federation = await federationOf(keycloak, await keycloak.user(accountId));
    if (federation?.editMode === 'READ_ONLY') {
      const detail = `The password is kept in ${federation.name}, which Keycloak may only read: replace it there.`;
      throw new ConnectorError({ kind: 'rejected', detail });
    }
    const before = await setAt(keycloak, accountId);
    await keycloak.setPassword(accountId, randomPassword());
    // A directory behind Keycloak keeps the password and does not tell its date.
    if (federation) return { summary: `Keycloak took a random password for ${federation.name}.` };
    const after = await setAt(keycloak, accountId);
    if (after === null || after === before) {
      const detail = 'Keycloak took the new password, but its date did not move.';
      throw new ConnectorError({ kind: 'unexpected', detail });
    }
    const since = new Date(after).toISOString();
    return { summary: `The password is a random one that nobody knows, since ${since}.` };
  },
});

/** When the password was set, in milliseconds; null: there is none. */
async function setAt(keycloak: Keycloak, id: string): Promise<number | null> {
  const credentials = await keycloak.credentialsOf(id);
  return credentials.find(({ type }) => type === 'password')?.createdDate ?? null;
}
