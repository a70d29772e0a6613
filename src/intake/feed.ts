import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Actor } from '#core/event.ts';
import {
  type FeedNormal,
  type FeedReason,
  type FeedRow,
  feedChanges,
  judgeListed,
  judgeRows,
  type SeenPerson,
} from '#core/feed.ts';
import type { ShownRecord } from '#core/lifecycle.ts';
import { settingsFrom } from '#core/settings.ts';
import { record } from '#ledger/record.ts';
import { raiseAlert, resolveAlerts, rewordAlert } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import {
  dropFeedRow,
  endFeed,
  type FeedBatchRow,
  feedNormal,
  feedRows,
  feedsToEnd,
  keepListed,
  knownOf,
  passFeed,
  setFeedAside,
} from '#store/feeds.ts';
import { loadSettings } from '#store/settings.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { takeInImported } from './import-row.ts';
import type { Intake } from './intake.ts';
import type { Reading } from './reading.ts';
import { takeIn } from './take-in.ts';

/*
 * What a source says is judged as a whole before any of it is taken in: one wrong export must not start hundreds of
 * departures. What is unusual is set aside, with what it was and what it is, until a person says what it is worth.
 */

/** What was read of somebody, as it is kept. Which of two it is `receiveReading` tells. */
const StoredReading = z.looseObject({
  source: z.string(),
  personId: z.string(),
  readAt: z.coerce.date(),
});
const readingIn = (stored: unknown): Reading => StoredReading.parse(stored) as unknown as Reading;

/** What a batch comes to. */
interface Judgement {
  readonly reasons: readonly FeedReason[];
  readonly rows: number;
  /** Rows that differ from what is known. */
  readonly news: readonly FeedRow[];
  readonly leaving: number;
}

/** Somebody as a source shows them. */
const seenIn = ({ person, departure }: Pick<ShownRecord, 'person' | 'departure'>): SeenPerson => ({
  facts: person,
  departure,
});

/** What is said of people, beside what is known of them. Null: the source has nobody of that id. */
export async function beside(
  db: Db,
  said: readonly {
    readonly personId: string;
    readonly found: Pick<ShownRecord, 'person' | 'departure'> | null;
  }[],
): Promise<readonly FeedRow[]> {
  const known = await knownOf(
    db,
    said.map(({ personId, found }) => ({
      personId,
      employmentId: found?.person.employmentId ?? null,
      separationId: found?.departure?.id ?? null,
    })),
  );
  return said.map(({ personId, found }, i) => {
    const { facts = null, departure = null } = known[i] ?? {};
    return {
      personId,
      was: facts === null ? null : { facts: { ...facts }, departure },
      is: found && seenIn(found),
    };
  });
}

/** Judges rows, and how many the source lists. */
export async function judge(
  db: Db,
  { source, listed, rows }: { source: string; listed: number | null; rows: readonly FeedRow[] },
): Promise<Judgement> {
  const limits = settingsFrom(await loadSettings(db)).guardrails;
  const stored = await feedNormal(db, source);
  // People may have been told of by another source first.
  const known = Math.max(stored.known, rows.filter(({ was }) => was !== null).length);
  const normal: FeedNormal = { ...stored, known };
  const now = (await databaseNow(db)).toISOString();
  const news = rows.filter((it) => feedChanges(it).length > 0);
  return {
    reasons: [...judgeListed(listed, normal, limits), ...judgeRows(rows, normal, { limits, now })],
    rows: rows.length,
    news,
    leaving: news.filter(({ was, is }) => is?.departure && !was?.departure).length,
  };
}

/** Judges all that was read of a source; takes it in, or sets it aside. */
export async function judgeFeed(intake: Intake, feed: FeedBatchRow): Promise<void> {
  const readings = (await feedRows(intake.pool, { batch: feed.id })).map(({ reading }) =>
    readingIn(reading),
  );
  const said = readings.flatMap((it) => ('found' in it ? [it] : []));
  const rows = await beside(intake.pool, said);
  const { source, listed } = feed;
  const judged = await judge(intake.pool, { source, listed, rows });
  if (judged.reasons.length > 0) return keepAside(intake, feed, judged);
  await passFeed(intake.pool, feed.id);
  await takeInFeed(intake, { ...feed, decision: null });
}

/** Sets a batch aside and tells a person; said anew where what is set aside has changed. */
export async function keepAside(
  intake: Pick<Intake, 'pool' | 'keys'>,
  feed: FeedBatchRow,
  { reasons, rows, news, leaving }: Judgement,
  actor: Actor = { kind: 'source', id: feed.source, auth: 'none' },
): Promise<void> {
  const content = createHash('sha256').update(JSON.stringify(news)).digest('base64url');
  const body = alertText(feed, reasons, news);
  await inTransaction(intake.pool, async (tx) => {
    const { id, source, listed } = feed;
    const found = { id, listed, rows, changed: news.length, leaving, reasons, content };
    if (!(await setFeedAside(tx, found))) {
      return rewordAlert(tx, { condition: conditionOf(source), body });
    }
    await record(tx, intake.keys, [
      {
        type: 'source.batch',
        actor,
        data: { source, rows, digest: content, cursor: null, verdict: 'quarantined' },
      },
    ]);
    await raiseAlert(tx, {
      condition: conditionOf(source),
      kind: 'guard.tripped',
      title:
        feed.importedBy === null
          ? 'What the HR system says was set aside: it looks like a mistake'
          : 'A file of people was set aside: it looks like a mistake',
      body,
      caseId: null,
      stepId: null,
      connectionId: feed.importedBy === null ? source : null,
      confidential: false,
    });
  });
}

const conditionOf = (source: string): string => `feed:${source}`;

/** How many people a message names. */
const mostNamed = 10;

function alertText(
  { id, source, name, importedBy }: FeedBatchRow,
  reasons: readonly FeedReason[],
  news: readonly FeedRow[],
): string {
  const shown = news.filter(({ is }) => !is?.departure?.confidential).slice(0, mostNamed);
  const lines = shown.map((it) => {
    const changes = feedChanges(it).map(({ field, was, is }) =>
      // Names and addresses stay where they are protected.
      fieldsInMail.has(field) ? `${field} ${was ?? 'none'} → ${is ?? 'none'}` : field,
    );
    return `  ${it.personId}: ${changes.join(', ')}`;
  });
  return [
    `${nameOf({ source, name, importedBy })}: ${reasons.map(({ text }) => text).join(' ')} ` +
      `None of it was taken in. Look at it (gatehouse feed show ${id}), then release it ` +
      `(gatehouse feed release ${id}) or refuse it (gatehouse feed refuse ${id}). ` +
      (importedBy === null ? 'If the HR system is mended meanwhile, it goes on by itself.' : ''),
    ...(lines.length === 0 ? [] : ['', `${news.length} rows differ, such as:`, ...lines]),
  ].join('\n');
}

const nameOf = (it: Pick<FeedBatchRow, 'source' | 'name' | 'importedBy'>): string => {
  if (it.name === null) return it.source;
  return it.importedBy === null ? `${it.name} of ${it.source}` : `A file, ${it.name}`;
};

const fieldsInMail: ReadonlySet<string> = new Set([
  ...['person', 'department', 'location', 'country', 'kind'],
  ...['accessEnds', 'lastWorkingDay', 'employmentEnds', 'payEnds'],
]);

/** Goes on with every batch that was judged to be as usual, or that a person decided about. */
export async function endFeeds(intake: Intake): Promise<void> {
  for (const feed of await feedsToEnd(intake.pool)) await takeInFeed(intake, feed);
}

/** Takes in the rows of a batch, or drops them. Cut off anywhere, or with others at it, it goes on where it was. */
async function takeInFeed(intake: Intake, feed: FeedBatchRow): Promise<void> {
  if (feed.decision === 'refuse') return closeFeed(intake, feed, 'refused');
  while (await takeNext(intake, feed));
  await closeFeed(intake, feed, 'taken in');
}

async function takeNext(
  intake: Intake,
  { id: batch, importedBy: by }: FeedBatchRow,
): Promise<boolean> {
  const next = (await feedRows(intake.pool, { batch, limit: 1 }))[0];
  if (!next) return false;
  const { personId } = next;
  const drop = (tx: Db) => dropFeedRow(tx, { batch, personId });
  if (by !== null) {
    const now = await databaseNow(intake.pool);
    await inTransaction(intake.pool, async (tx) => {
      // Each row brings a departure about: of two who are at it, one does.
      if (await drop(tx)) await takeInImported(tx, next.reading, { by, now });
    });
    return true;
  }
  // Where two are at it, both take in the same, and the second changes nothing.
  await takeIn(intake, readingIn(next.reading), async (tx) => {
    await drop(tx);
  });
  return true;
}

/** The batch is over; what is usual from now on is what it listed. */
export async function closeFeed(
  intake: Pick<Intake, 'pool'>,
  { id, source, listed }: Pick<FeedBatchRow, 'id' | 'source' | 'listed'>,
  as: NonNullable<FeedBatchRow['endedAs']>,
): Promise<void> {
  await inTransaction(intake.pool, async (tx) => {
    if (!(await endFeed(tx, { id, as }))) return;
    if (as === 'taken in') await keepListed(tx, { source, listed });
    await resolveAlerts(tx, conditionOf(source));
  });
}
