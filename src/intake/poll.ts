import type { AnyConnector, PersonHint } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { settingsFrom } from '#core/settings.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { listConnections } from '#store/connections.ts';
import {
  beginFeed,
  type FeedBatchRow,
  isInFeed,
  keepFeedRow,
  keepListed,
  openFeed,
} from '#store/feeds.ts';
import { dueSetAside } from '#store/people-set-aside.ts';
import { loadSettings } from '#store/settings.ts';
import {
  endTurn,
  failTurn,
  holdTurn,
  keepCursor,
  type SourceRow,
  takeTurn,
} from '#store/sources.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import { takeFiles } from './drop.ts';
import { endFeeds, judge, judgeFeed } from './feed.ts';
import { historyDays } from './history.ts';
import type { Intake, OpenedSource } from './intake.ts';
import { readPerson } from './reading.ts';
import { takeIn } from './take-in.ts';

/** After so many failed turns a person is told. */
const failuresUntilTold = 3;

/** A source that could not be read is read again after half a minute, then one, then two, at most as late as usual. */
const firstWait = 15;

/**
 * Reads every HR system whose turn it is, so that a lost webhook is found. Feeds the same
 * function as webhooks do. Runs on a timer in each worker; the turn is taken in the database.
 */
export async function pollSources(
  intake: Intake,
  connectors: ReadonlyMap<string, AnyConnector>,
): Promise<void> {
  await endFeeds(intake);
  const { pollMinutes } = settingsFrom(await loadSettings(intake.pool)).sources;
  for (const connection of await listConnections(intake.pool)) {
    const people = connectors.get(connection.connector)?.people;
    if (connection.state !== 'active' || !(people?.changes || people?.files)) continue;
    // Two looks at a folder cost nothing, and what is dropped should not wait for long.
    const everyMs = people.files ? intake.firstRetryMs * firstWait : pollMinutes * 60_000;
    const turn = await takeTurn(intake.pool, { connectionId: connection.id, everyMs });
    if (turn) await poll(intake, turn, everyMs);
  }
}

async function poll(intake: Intake, turn: SourceRow, everyMs: number): Promise<void> {
  const { connectionId } = turn;
  try {
    const passedOver = await readChanges(intake, turn);
    await inTransaction(intake.pool, async (tx) => {
      await endTurn(tx, { connectionId, everyMs });
      if (passedOver > 0) await tellOfHistory(tx, connectionId, passedOver);
      await resolveAlerts(tx, `source:${connectionId}`);
    });
  } catch (error) {
    const detail =
      error instanceof ConnectorError
        ? error.failure.detail
        : error instanceof Error
          ? error.message
          : String(error);
    intake.log.warn({ connectionId, error: detail }, 'a source could not be read');
    const waitMs = intake.firstRetryMs * firstWait * 2 ** turn.failuresInRow;
    const againInMs = Math.min(everyMs, waitMs);
    await inTransaction(intake.pool, async (tx) => {
      const { failuresInRow } = await failTurn(tx, { connectionId, everyMs, againInMs });
      if (failuresInRow < failuresUntilTold) return;
      await askPerson(tx, {
        condition: `source:${connectionId}`,
        title: 'An HR system cannot be read',
        body:
          `${connectionId} could not be read ${failuresInRow} times in a row: ${detail} ` +
          'Until it works, a departure whose webhook is lost is not seen.',
        caseId: null,
        confidential: false,
      });
    });
  }
}

/** Returns how many departures were passed over as history. */
async function readChanges(intake: Intake, turn: SourceRow): Promise<number> {
  const opened = await intake.open(turn.connectionId);
  try {
    if (opened.connector.people!.files) return await takeFiles(intake, turn, opened);
    const heard = await readChanged(intake, turn, opened);
    await readSetAside(intake, turn, opened, heard.ids);
    return heard.passedOver;
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

/** So many records in a row that cannot be read are no fault of the records. */
const mostRefusedInRow = 10;

/**
 * Reads whoever changed, one after the other. What is the matter with one record keeps nobody from the others. Where
 * many changed at once, or the list is not what it was, all of it is kept and judged before any of it is taken in.
 */
async function readChanged(
  intake: Intake,
  turn: SourceRow,
  opened: OpenedSource,
): Promise<{ readonly ids: ReadonlySet<string>; readonly passedOver: number }> {
  const { connectionId: source, cursor, succeededAt, failuresInRow } = turn;
  const isFirst = succeededAt === null;
  let listed: number | null = null;
  const changes = noting(opened.connector.people!.changes!(opened.client, cursor), (end) => {
    listed = end?.listed ?? null;
  });
  // The first reading of a source is what later ones are held to.
  const hints = isFirst ? changes : await all(changes);
  const feed = 'length' in hints ? await feedFor(intake, source, { hints, listed }) : noFeed;
  const ids = new Set<string>();
  let passedOver = 0;
  let refusedInRow = 0;
  for await (const hint of hints) {
    const { personId } = hint;
    if (ids.size % holdEvery === holdEvery - 1) await holdTurn(intake.pool, source);
    const whose = { source, personId, isFirst, isNews: false };
    // Where a system keeps failing, it may be over this one person: that shows in the next one, which it answers.
    const mayFail = failuresInRow >= failuresUntilTold && refusedInRow === 0;
    const reading = await readPerson(intake, opened, whose, { mayFail });
    refusedInRow = 'refused' in reading ? refusedInRow + 1 : 0;
    if ('refused' in reading && refusedInRow === mostRefusedInRow) {
      throw new ConnectorError(reading.refused);
    }
    const keepPlace = (tx: Db) => keepCursor(tx, { connectionId: source, cursor: hint.cursor });
    if (await feed.takes(personId)) {
      await inTransaction(intake.pool, async (tx) => {
        const { batch } = feed;
        if (!(await keepFeedRow(tx, { batch: batch!.id, personId, reading }))) {
          throw new Error('A person decided about it while it was read; it is read again.');
        }
        await keepPlace(tx);
      });
    } else {
      passedOver += await takeIn(intake, reading, keepPlace);
    }
    ids.add(personId);
  }
  if (feed.batch) await judgeFeed(intake, feed.batch);
  else await keepListed(intake.pool, { source, listed });
  return { ids, passedOver };
}

/** After so many people the others are told that we are still at it. */
const holdEvery = 100;

/** Passes everything on, and tells how it ended. */
async function* noting<Item, End>(
  items: AsyncIterable<Item, End>,
  note: (end: End) => void,
): AsyncGenerator<Item, void> {
  note(yield* items);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What is kept of a reading until all of it is judged. */
interface Feed {
  /** Null: each person is taken in at once. */
  readonly batch: FeedBatchRow | null;
  /** Whether what is read of this person is kept with it. */
  takes(personId: string): Promise<boolean>;
}
const noFeed: Feed = { batch: null, takes: async () => false };

/** Goes on with what was begun, or is set aside; begins where there is much to judge. */
async function feedFor(
  { pool }: Intake,
  source: string,
  { hints, listed }: { hints: readonly PersonHint[]; listed: number | null },
): Promise<Feed> {
  const open = await openFeed(pool, source);
  const { guardrails } = settingsFrom(await loadSettings(pool));
  const { reasons } = await judge(pool, { source, listed, rows: [] });
  if (hints.length >= guardrails.feedRowsAtLeast || reasons.length > 0) {
    const batch = await beginFeed(pool, { source, name: null, digest: null, listed });
    return { batch, takes: async () => true };
  }
  if (open === null) return noFeed;
  const batch = await beginFeed(pool, { source, name: null, digest: null, listed });
  // What is set aside keeps nobody else from being taken in.
  const takes = async (personId: string) =>
    open.setAsideAt === null || isInFeed(pool, { batch: open.id, personId });
  return { batch, takes };
}

/** Somebody else may have mended what kept a record from being read, such as the rights of our key. */
async function readSetAside(
  intake: Intake,
  { connectionId: source }: SourceRow,
  opened: OpenedSource,
  heard: ReadonlySet<string>,
): Promise<void> {
  for (const personId of await dueSetAside(intake.pool, source)) {
    if (heard.has(personId)) continue;
    const whose = { source, personId, isFirst: false, isNews: false };
    const reading = await readPerson(intake, opened, whose, { mayFail: true });
    await takeIn(intake, reading, async () => {});
    // The others have their turn next time.
    if ('refused' in reading && reading.refused.kind === 'unavailable') return;
  }
}

async function tellOfHistory(tx: Db, connectionId: string, count: number): Promise<void> {
  await askPerson(tx, {
    condition: `history:${connectionId}`,
    title: 'People who left before Gatehouse came were passed over',
    body:
      `${connectionId} shows ${count} ${count === 1 ? 'person who' : 'people who'} left more than ${historyDays} days ago. ` +
      'No departure was started for them. Where access may still be open, start one by hand (gatehouse depart).',
    caseId: null,
    confidential: false,
  });
}
