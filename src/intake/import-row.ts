import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { confirmationOf, type LifecycleEvent } from '#core/lifecycle.ts';
import { keepDelivery } from '#store/deliveries.ts';
import { lockPerson, savePerson, sourceInFile } from '#store/people.ts';
import { newId } from '#store/random.ts';
import type { Db } from '#store/sql.ts';
import type { CsvRow } from './csv.ts';

/** The source of what comes by a file that somebody imports. */
export const byHand = 'csv';

/** The rows of one person, as they wait for people to decide about their file. */
const StoredRows = z.object({ rows: z.array(z.unknown()).min(1) });

/** Takes in one row in the name of whoever brought the file. `delivery`: of its departure or arrival; null: it has none. */
export async function importRow(
  tx: Db,
  { person, departure, arrival, successor }: CsvRow,
  { by, now }: { by: string; now: Date },
): Promise<{ isNew: boolean; delivery: string | null }> {
  const known = await lockPerson(tx, person);
  const source = await sourceInFile(tx, known, byHand);
  const isNew = !(known?.source === source && isDeepStrictEqual(known.facts, person));
  const isPerson = departure === null && arrival === null;
  if (isNew && (!known || isPerson)) {
    const ref = known?.ref ?? `p_${randomBytes(9).toString('hex')}`;
    await savePerson(tx, { ref, source, facts: person, heardAt: now });
  }
  if (isPerson) return { isNew, delivery: null };
  const event: LifecycleEvent = {
    type: confirmationOf(arrival),
    occurredAt: now.toISOString(),
    version: null,
    ...{ person, departure, arrival, successor },
  };
  const id = newId();
  await keepDelivery(tx, {
    ...{ id, source: byHand, messageId: id, askedBy: by },
    body: Buffer.from(JSON.stringify(event)),
  });
  return { isNew, delivery: id };
}

/** Takes in what waited of one person in a file that people have released. */
export async function takeInImported(
  tx: Db,
  stored: unknown,
  whose: { by: string; now: Date },
): Promise<void> {
  // They were read by us when the file came, and kept as they were.
  for (const row of StoredRows.parse(stored).rows) await importRow(tx, row as CsvRow, whose);
}
