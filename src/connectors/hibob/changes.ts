import type { PersonHint } from '#connector-kit/contract.ts';
import { changedSince } from '#connector-kit/fingerprint.ts';
import { ConnectorError } from '#core/failure.ts';
import type { HiBob } from './api.ts';
import { isEmployeeId } from './webhook.ts';

/**
 * Whose record may have changed. Bob cannot be asked what changed since when, so everybody is listed. The list shows a
 * termination date that lies ahead, but no job and no garden leave to come: everybody is also due once a day.
 */
export async function* changes(client: HiBob, cursor: string | null): AsyncIterable<PersonHint> {
  const facts = new Map<string, string>();
  for (const employee of await client.everybody()) {
    if (!isEmployeeId(employee.id)) throw strangeId(employee.id);
    facts.set(employee.id, JSON.stringify(employee));
  }
  yield* changedSince(cursor, facts, client.now());
}

const strangeId = (id: string) =>
  new ConnectorError({
    kind: 'unexpected',
    detail: `HiBob names an employee "${id}", and employees have numbers.`,
  });
