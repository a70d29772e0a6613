import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Keycloak } from './api.ts';
import { Federation, federationOf, unreached } from './federation.ts';
import { scopes } from './scopes.ts';

/** For good, with everything that hangs on the user; a directory that may be written to loses them as well. */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary: 'Deletes the user, and in a directory behind Keycloak too where that may be written to.',
  scopes: [scopes.manageUsers, scopes.viewRealm],
  params: z.strictObject({}),
  state: z.strictObject({ exists: z.boolean(), federation: Federation }),
  repeatable: true,

  async read(keycloak: Keycloak, accountId) {
    // Who may not look at users is told 403, not 404.
    const user = await unlessMissing(keycloak.user(accountId));
    // And a wrong address is answered 404 as well, so users have to be there before this one is believed to be gone.
    if (user === null) await keycloak.oneUser();
    return { exists: user !== null, federation: user && (await federationOf(keycloak, user)) };
  },

  plan({ exists, federation }): Plan<null> {
    if (!exists) return done('The user no longer exists in Keycloak.');
    const directory = unreached(federation);
    if (directory) {
      return blocked(
        `The user comes from ${directory.name}, which Keycloak may not write to, and would be taken from there ` +
          'again. Delete them there.',
      );
    }
    return change(
      federation ? `Delete the user, also in ${federation.name}.` : 'Delete the user.',
      null,
    );
  },

  async apply(keycloak, accountId) {
    await unlessMissing(keycloak.deleteUser(accountId));
  },
});
