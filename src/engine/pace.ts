import { AsyncLocalStorage } from 'node:async_hooks';
import { type AnyConnector, allowedOf } from '#connector-kit/contract.ts';
import { listConnections } from '#store/connections.ts';
import type { Db } from '#store/sql.ts';
import type { Work } from '#store/steps.ts';
import { keepRates, moveLine } from '#store/turns.ts';
import { settingsOf } from './offers.ts';

/*
 * A rate is one of requests, and nobody knows before a pass how many it will make. So each pays with its turn for as many
 * as the last one of its kind has made here, and what it made more or less moves the line afterwards. Whoever asks
 * without a turn, as a health check does, moves it by all of them.
 */

/** The pass that is under way, and what it has asked of the connection whose turn it has. */
const current = new AsyncLocalStorage<{ readonly connectionId: string; made: number }>();

/** What passes of a kind have made: of this worker, and no more than a guess. */
const madeBy = new WeakMap<Db, Map<string, number>>();

function madeOf(db: Db): Map<string, number> {
  const known = madeBy.get(db) ?? new Map<string, number>();
  madeBy.set(db, known);
  return known;
}

const kindOf = ({ connectionId, capability, kind }: Work): string =>
  `${connectionId} ${capability ?? kind}`;

/** How many requests a pass is likely to make: as many as the last one, or else a reading, a call and a reading. */
export const expectedRequests = (db: Db, work: Work): number =>
  madeOf(db).get(kindOf(work)) ?? (work.kind === 'action' ? 3 : 1);

/** Runs a pass, and moves the line on by what it has asked beyond what its turn paid for. */
export async function countingRequests(
  db: Db,
  work: Work,
  paid: number,
  run: () => Promise<void>,
): Promise<void> {
  const { connectionId } = work;
  if (connectionId === null || work.ratePerSecond === null) return run();
  const pass = { connectionId, made: 0 };
  try {
    await current.run(pass, run);
  } finally {
    madeOf(db).set(kindOf(work), Math.max(1, pass.made));
    if (pass.made !== paid) await moveLine(db, { connectionId, requests: pass.made - paid });
  }
}

/** Counts what an opened connection was asked. */
export async function countRequests(db: Db, connectionId: string, requests: number): Promise<void> {
  if (requests === 0) return;
  const pass = current.getStore();
  if (pass?.connectionId === connectionId) pass.made += requests;
  else await moveLine(db, { connectionId, requests });
}

/** At each start: what vendors document may have changed with the version. */
export async function putRatesInForce(
  db: Db,
  connectors: ReadonlyMap<string, AnyConnector>,
): Promise<void> {
  const rates = (await listConnections(db)).map((it) => {
    const connector = connectors.get(it.connector);
    const settings = connector && settingsOf(connector, it);
    const allowed = settings?.success ? allowedOf(connector!, settings.data) : null;
    return { connectionId: it.id, allowed };
  });
  await keepRates(db, rates);
}
