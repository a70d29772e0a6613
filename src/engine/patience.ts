import { setTimeout as wait } from 'node:timers/promises';
import type { Io } from '#connector-kit/contract.ts';
import { quietConnection } from '#store/health.ts';
import type { Db } from '#store/sql.ts';

/** Whoever stops the worker waits as long. */
const longestWaitMs = 60_000;
const altogetherMs = 15 * 60_000;

/**
 * For lists of whole systems, which would never come to an end if each “not now” were their end: waits as long
 * as the system wants it, and everybody else who uses the connection waits as well.
 */
export function patienceWith(db: Db, connectionId: string): NonNullable<Io['patience']> {
  let waitedMs = 0;
  return async (failure) => {
    if (failure.kind !== 'rate-limited') return false;
    const { retryAfterMs: forMs } = failure;
    waitedMs += forMs;
    if (forMs > longestWaitMs || waitedMs > altogetherMs) return false;
    await quietConnection(db, { connectionId, forMs });
    await wait(forMs);
    return true;
  };
}
