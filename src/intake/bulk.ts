import { record } from '#ledger/record.ts';
import {
  type BulkPersonRow,
  type BulkStartRow,
  beginBulkWork,
  decideBulkStart,
  forgetBulkPeople,
  loadBulkStart,
  lockBulkStart,
  noteBulkOutcome,
  takeBulkPeople,
} from '#store/bulk-starts.ts';
import { openDepartureOf } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { employmentWith } from '#store/people.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import type { Intake } from './intake.ts';
import { type Received, receive } from './receive.ts';

/** So many departures of one bulk start are opened in each transaction, side by side. */
const together = 16;
/** A row that fails so often is left to a person. */
const mostAttempts = 3;

/**
 * Opens the departures of an approved bulk start, some in each transaction: whatever is cut off goes on where it
 * was. Runs as a job. One that nobody approved in time runs out here.
 */
export async function openBulkStart(intake: Intake, id: string): Promise<void> {
  const it = await loadBulkStart(intake.pool, id);
  if (!it) return;
  if (it.state !== 'approved') return expire(intake, id);
  await beginBulkWork(intake.pool, id);
  while (await openNext(intake, it, together));
}

/** False: there is nobody left. Where one of several fails, the next are opened one by one, and only it has failed. */
async function openNext(intake: Intake, it: BulkStartRow, most: number): Promise<boolean> {
  let taken: readonly BulkPersonRow[] = [];
  try {
    return await inTransaction(intake.pool, async (tx) => {
      taken = await takeBulkPeople(tx, it.id, most);
      await Promise.all(taken.map((row) => open(tx, intake, it, row)));
      return taken.length > 0;
    });
  } catch (error) {
    const [row, ...others] = taken;
    if (!row) throw error;
    if (others.length === 0) await noteFailure(intake, it, row, error);
    else for (const _ of taken) await openNext(intake, it, 1);
    return true;
  }
}

async function open(tx: Db, intake: Intake, it: BulkStartRow, row: BulkPersonRow): Promise<void> {
  const { facts: person, departure, successor, line } = row;
  const now = await databaseNow(tx);
  const received = await receive(tx, intake, {
    source: it.source,
    record: { person, departure, changedAt: null },
    from: 'event',
    says: 'departure',
    occurredAt: now,
    version: null,
    actor: { kind: 'person', id: it.askedBy, auth: 'token' },
    askedBy: it.askedBy,
    successor,
    bulkStart: it.id,
  });
  const { outcome, detail } = received;
  const caseId = await departureOf(tx, row, received);
  await noteBulkOutcome(tx, it.id, {
    ...{ line, detail, caseId },
    outcome: caseId === null ? 'not started' : 'started',
  });
  if (caseId === null && outcome !== 'passed over') await tellNotStarted(tx, it, row);
}

/** The departure that was opened, or had been with a question; null: there is none, or it is somebody else's doing. */
async function departureOf(
  tx: Db,
  { facts }: BulkPersonRow,
  received: Received,
): Promise<string | null> {
  if (received.outcome === 'opened') return received.caseId;
  if (received.outcome === 'passed over') return null;
  const known = await employmentWith(tx, facts);
  const open = known && (await openDepartureOf(tx, known.id));
  return open?.id ?? null;
}

/** Tried again at once, since most of what can go wrong here passes; then a person is told. */
async function noteFailure(
  intake: Intake,
  it: BulkStartRow,
  row: BulkPersonRow,
  error: unknown,
): Promise<void> {
  const code = error instanceof Error && 'code' in error ? error.code : 'unexpected';
  intake.log.warn({ bulkStart: it.id, line: row.line, code }, 'a departure was not opened');
  const last = row.attempts + 1 >= mostAttempts;
  await inTransaction(intake.pool, async (tx) => {
    await noteBulkOutcome(tx, it.id, {
      line: row.line,
      outcome: last ? 'not started' : null,
      detail: 'Gatehouse itself failed at it',
      caseId: null,
    });
    if (last) await tellNotStarted(tx, it, row);
  });
}

async function tellNotStarted(tx: Db, it: BulkStartRow, row: BulkPersonRow): Promise<void> {
  await askPerson(tx, {
    condition: `bulk:${it.id}`,
    title: 'Somebody of a bulk start could not be started',
    body:
      'It was approved, and not every departure of it has begun. See which ones ' +
      `(gatehouse bulk show ${it.id}), and start them by hand (gatehouse depart).`,
    caseId: null,
    confidential: row.departure.confidential,
  });
}

async function expire(intake: Intake, id: string): Promise<void> {
  await inTransaction(intake.pool, async (tx) => {
    const it = await lockBulkStart(tx, id);
    const isOpen = it?.state === 'planning' || it?.state === 'waiting-for-approval';
    if (!it || !isOpen || it.expiresAt > (await databaseNow(tx))) return;
    await record(tx, intake.keys, [
      {
        type: 'bulk.expired',
        actor: { kind: 'system', id: 'intake', auth: 'none' },
        row: { table: 'bulk_starts', id, version: it.version + 1 },
        data: { bulk: id },
      },
    ]);
    await decideBulkStart(tx, { id, state: 'expired', by: null });
    await forgetBulkPeople(tx, id);
  });
}
