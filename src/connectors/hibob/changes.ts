import type { PersonHint } from '#connector-kit/contract.ts';
import { changedSince } from '#connector-kit/fingerprint.ts';
import type { HiBob } from './api.ts';

/**
 * Whose record may have changed. Bob cannot be asked what changed since when, so everybody is listed. The list shows a
 * termination date that lies ahead, but no job and no garden leave to come: everybody is also due once a day.
 */
export async function* changes(
  client: HiBob,
  cursor: string | null,
): AsyncGenerator<PersonHint, { listed: number }> {
  const facts = new Map<string, string>();
  for (const employee of await client.everybody()) {
    facts.set(employee.id, JSON.stringify(employee));
  }
  yield* changedSince(cursor, facts, client.now());
  return { listed: facts.size };
}
