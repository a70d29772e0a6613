import { createHash } from 'node:crypto';
import type { Actor } from '#core/event.ts';
import { beginFeed, type FeedBatchRow, keepFeedRow, openFeed } from '#store/feeds.ts';
import { inTransaction } from '#store/sql.ts';
import type { CsvRow } from './csv.ts';
import { beside, judge, keepAside } from './feed.ts';
import { byHand } from './import-row.ts';
import type { Intake } from './intake.ts';

/* A file that somebody imports by hand is judged as a whole, as what an HR system says is, before any of it is taken in. */

/** A file that waits for people to decide about another one. */
export interface Occupied {
  readonly waitsFor: FeedBatchRow;
}

/**
 * Judges a file as a whole. Null: it may be taken in. Else it is set aside, with all of its rows, until two people
 * decide; where another file waits for that already, this one is not kept.
 */
export async function setImportAside(
  intake: Pick<Intake, 'pool' | 'keys'>,
  it: {
    bytes: Uint8Array;
    rows: readonly CsvRow[];
    by: { id: string; actor: Actor };
  },
): Promise<FeedBatchRow | Occupied | null> {
  const found = it.rows.map(({ person, departure }) => ({
    personId: person.personId,
    found: { person, departure },
  }));
  const rows = await beside(intake.pool, found);
  const judged = await judge(intake.pool, { source: byHand, listed: null, rows });
  if (judged.reasons.length === 0) return null;
  const digest = createHash('sha256').update(it.bytes).digest('hex');
  const open = await openFeed(intake.pool, byHand);
  if (open && open.digest !== digest) return { waitsFor: open };
  if (open?.setAsideAt) return open;

  const file = { source: byHand, name: 'imported by hand', digest, listed: null };
  const batch = await beginFeed(intake.pool, { ...file, importedBy: it.by.id });
  const of = Map.groupBy(it.rows, ({ person }) => person.personId);
  await inTransaction(intake.pool, async (tx) => {
    for (const [personId, theirs] of of) {
      const { person, departure } = theirs[0]!;
      const reading = { found: { person, departure }, rows: theirs };
      await keepFeedRow(tx, { batch: batch.id, personId, reading });
    }
  });
  await keepAside(intake, batch, judged, it.by.actor);
  return batch;
}
