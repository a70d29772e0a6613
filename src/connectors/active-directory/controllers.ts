import type { LdapServer } from '#connector-kit/ldap.ts';
import { readEach } from '#connector-kit/ldap-servers.ts';
import type { Domain } from './api.ts';

/** How long controllers that we could not reach may take to follow the others: 15 minutes. */
export const controllersSettleWithinMs = 15 * 60_000;

/** Reads every controller; null where one could not be read. Throws when none could. */
export async function readControllers<Value>(
  { controllers }: Domain,
  read: (controller: LdapServer) => Promise<Value>,
): Promise<readonly { readonly controller: string; readonly value: Value | null }[]> {
  const readings = await readEach(controllers, read);
  const silent = readings.every(({ error }) => error !== null);
  if (silent) throw readings[0]?.error;
  return readings.map(({ server, value }) => ({ controller: server.name, value }));
}

/**
 * Changes something on each of the controllers named, without waiting for them to tell each
 * other, which takes hours between sites. One that does not answer is left to the others to tell.
 */
export async function changeOn(
  domain: Domain,
  names: readonly string[],
  change: (controller: LdapServer) => Promise<void>,
): Promise<void> {
  const wanted = domain.controllers.filter(({ name }) => names.includes(name));
  const endings = await readEach(wanted, change);
  const refusal = endings.find(({ error }) => error && error.failure.kind !== 'unavailable');
  if (refusal?.error) throw refusal.error;
  const failed = endings.every(({ error }) => error !== null);
  if (failed && endings[0]?.error) throw endings[0].error;
}

/** A sentence about controllers that could not be read; null when all could. */
export const unreadSentence = (names: readonly string[]): string | null =>
  names.length === 0
    ? null
    : `Done on the other domain controllers. ${names.join(', ')} cannot be read now.`;
