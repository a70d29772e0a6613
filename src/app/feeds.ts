import { type FeedChange, feedChanges } from '#core/feed.ts';
import type { ShownRecord } from '#core/lifecycle.ts';
import { beside } from '#intake/feed.ts';
import { record } from '#ledger/record.ts';
import {
  askForFeed,
  decideFeed,
  type FeedBatchRow,
  type FeedDecision,
  feedRows,
  listFeeds as listStored,
  loadFeed,
  lockFeed,
} from '#store/feeds.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';
import { deciders, noted } from './second-person.ts';

export type { FeedBatchRow };

/** What one row was, and what it is said to be. */
export interface FeedDifference {
  readonly personId: string;
  readonly name: string | null;
  readonly changes: readonly FeedChange[];
}

/** So many rows are shown of one batch. */
const mostShown = 200;

/** What sources said and was set aside, the newest first. */
export async function listFeeds(app: App, caller: Caller): Promise<readonly FeedBatchRow[]> {
  authorize(caller, 'feed.read');
  return listStored(app.pool);
}

/** One of them, with rows that differ from what is known now. Once it has ended there are none. */
export async function showFeed(
  app: App,
  caller: Caller,
  id: string,
): Promise<{ feed: FeedBatchRow; differences: readonly FeedDifference[] }> {
  authorize(caller, 'feed.read');
  const feed = await loadFeed(app.pool, id);
  if (!feed) throw notFound(`set-aside reading ${id}`);
  const rows = await feedRows(app.pool, { batch: id });
  const said = rows.flatMap(({ personId, reading }) => {
    const found = (reading as { found?: ShownRecord | null }).found;
    return found === undefined ? [] : [{ personId, found }];
  });
  const differences = (await beside(app.pool, said)).flatMap((row) => {
    const changes = feedChanges(row);
    const name = row.is?.facts['name'] ?? row.was?.facts['name'] ?? null;
    return changes.length === 0
      ? []
      : [{ personId: row.personId, name: name === null ? null : String(name), changes }];
  });
  return { feed, differences: differences.slice(0, mostShown) };
}

/**
 * Lets what was set aside be taken in, or drops it. Takes two people, as soon as there are two who may, who say the
 * same of the same: what has changed since the first of them looked takes the first one anew.
 */
export async function decideAboutFeed(
  app: App,
  caller: Caller,
  id: string,
  decision: FeedDecision,
): Promise<{ detail: string }> {
  authorize(caller, 'feed.decide');
  demandStepUp(caller);
  return inTransaction(app.pool, async (tx) => {
    const it = await lockFeed(tx, id);
    if (!it) throw notFound(`set-aside reading ${id}`);
    if (it.endedAt || it.decision) {
      throw new Problem('not possible', 'It was decided about already, or was mended meanwhile.');
    }
    const by = caller.user.id;
    const first = it.askedFor === decision ? it.askedBy : null;
    const who = await deciders(tx, caller, { right: 'feed.decide', first });
    if (!who) {
      await askForFeed(tx, { id, by, decision });
      return { detail: noted };
    }
    const row = { table: 'feed_batches', id, version: it.version + 1 };
    await record(tx, app.keys, [
      decision === 'release'
        ? {
            type: 'guard.reset',
            actor: caller.actor,
            row,
            data: { guard: `feed:${it.source}`, ...who },
          }
        : {
            type: 'feed.refused',
            actor: caller.actor,
            row,
            data: { source: it.source, rows: it.rows, ...who },
          },
    ]);
    if (!(await decideFeed(tx, { id, version: it.version, by, decision }))) {
      throw changedMeanwhile('What was set aside');
    }
    return {
      detail:
        decision === 'release'
          ? 'Released. It is taken in now; the guards against too many departures hold as ever.'
          : 'Refused. None of it is taken in.',
    };
  });
}
