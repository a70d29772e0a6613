import { ConnectorError } from '#core/failure.ts';
import type { LdapServer } from './ldap.ts';

/** What one of several servers says, or why it could not be read. */
export type Reading<Value> =
  | { readonly server: LdapServer; readonly value: Value; readonly error: null }
  | { readonly server: LdapServer; readonly value: null; readonly error: ConnectorError };

/**
 * Reads the same from every server at once. A server that cannot be read must not keep us from
 * cutting access on the others, and must not pass for proof either; so each answer stands alone.
 */
export const readEach = <Value>(
  servers: readonly LdapServer[],
  read: (server: LdapServer) => Promise<Value>,
): Promise<Reading<Value>[]> =>
  Promise.all(
    servers.map(async (server): Promise<Reading<Value>> => {
      try {
        return { server, value: await read(server), error: null };
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        return { server, value: null, error };
      }
    }),
  );

/**
 * Signs in everywhere and tells who we are there. A server that does not answer is passed over,
 * as long as one does; one that answers and refuses us is a mistake in the settings, and thrown.
 */
export async function signInEverywhere(servers: readonly LdapServer[]): Promise<string> {
  const readings = await readEach(servers, (server) => server.whoAmI());
  const refusal = readings.find(({ error }) => error && error.failure.kind !== 'unavailable');
  const answered = readings.find(({ error }) => error === null);
  if (refusal?.error) throw refusal.error;
  if (!answered || answered.error) throw readings[0]!.error;
  return answered.value;
}
