import { databaseNow } from '#store/clock.ts';
import { inTransaction, type Pool } from '#store/sql.ts';
import { base64url, sha256 } from './hash.ts';
import { aboutNobody, type Fact, record } from './record.ts';
import { BadTimeStamp } from './time-stamp.ts';
import { type Authority, askForTimeStamp, type Received } from './time-stamp-authority.ts';
import {
  addToken,
  type Due,
  dueForRenewal,
  dueNow,
  keepAuthorities,
  noteAnswer,
} from './time-stamp-rows.ts';

/** Has outside authorities state when they saw the record, so that its times hang on no clock of ours. */
export interface TimeStamps {
  /**
   * Asks each authority for what is due. It never rejects, and nobody has to wait for it: an authority
   * that is slow or gone holds up nothing but its own next question.
   */
  look(pool: Pool): Promise<void>;
  /** Breaks off what is underway, and resolves. */
  stop(): Promise<void>;
}

export interface TimeStampOptions {
  readonly authorities: readonly Authority[];
  /** Told what went wrong; it is tried again. */
  readonly onError: (error: unknown) => void;
  /** How old an authority's newest time stamp may become. After the seal of a case it does not wait. */
  readonly everyMs?: number;
  /** How long an authority is left alone at least. */
  readonly leastMs?: number;
  /** How often it is looked whether something is due. */
  readonly lookMs?: number;
  /** A time stamp older than this gets a newer one over it, before its certificate or hash grows old. */
  readonly renewAfterMs?: number;
  readonly firstRetryMs?: number;
  readonly longestRetryMs?: number;
  /** How long an answer may take, from the first byte to the last. */
  readonly timeoutMs?: number;
}

const hourMs = 3_600_000;
const mostSkewMs = 5 * 60_000;
const scribe = { kind: 'system', id: 'scribe', auth: 'none' } as const;

/** Opens the asking for time stamps. With no authority it only notes that there is none. */
export function openTimeStamps(options: TimeStampOptions): TimeStamps {
  const ended = new AbortController();
  const clerks = options.authorities.map((it) => clerkFor(it, options, ended.signal));
  let listed: Promise<void> | null = null;
  let running: Promise<unknown> = Promise.resolve();

  async function list(pool: Pool): Promise<void> {
    try {
      await keepAuthorities(
        pool,
        options.authorities.map(({ name }) => name),
      );
    } catch (error) {
      listed = null;
      options.onError(error);
    }
  }

  return {
    async look(pool) {
      listed ??= list(pool);
      await listed;
      const all = Promise.all(clerks.map((look) => look(pool)));
      running = all;
      await all;
    },
    async stop() {
      ended.abort();
      await running;
    },
  };
}

/** What asks one authority: never twice at once, and after a failure only when some time has passed. */
function clerkFor(
  authority: Authority,
  {
    onError,
    everyMs = hourMs,
    leastMs = 15_000,
    lookMs = 2_000,
    renewAfterMs = 365 * 24 * hourMs,
    firstRetryMs = 60_000,
    longestRetryMs = hourMs,
    timeoutMs = 20_000,
  }: TimeStampOptions,
  ended: AbortSignal,
): (pool: Pool) => Promise<void> {
  const { name } = authority;
  let running: Promise<void> | null = null;
  let nextMs = 0;
  let nextRenewalMs = 0;
  let failuresInRow = 0;
  let isSkewed = false;

  async function nextDue(pool: Pool): Promise<Due | null> {
    const due = await dueNow(pool, name, everyMs);
    if (due || performance.now() < nextRenewalMs) return due;
    const old = await dueForRenewal(pool, name, renewAfterMs);
    // Looks through all time stamps there are, so not all the time.
    if (!old) nextRenewalMs = performance.now() + Math.min(hourMs, everyMs);
    return old;
  }

  async function keep(pool: Pool, due: Due, received: Received): Promise<void> {
    const skewMs = received.at.getTime() - (await databaseNow(pool)).getTime();
    if (Math.abs(skewMs) > mostSkewMs) {
      if (!isSkewed)
        await inTransaction(pool, (tx) => record(tx, aboutNobody, [skew(name, skewMs)]));
      isSkewed = true;
      throw new BadTimeStamp(
        `says ${received.at.toISOString()}, more than 5 minutes from the clock of the database`,
      );
    }
    await inTransaction(pool, async (tx) => {
      const { at, tsr, chain } = received;
      const above = chain.length > 1 ? chain.slice(1) : chain;
      const chainPem = above.map(String).join('');
      await addToken(tx, { ...due, tsa: name, tsr, at, chainPem });
      await record(tx, aboutNobody, [anchored(name, due, tsr)]);
      await noteAnswer(tx, name, null);
    });
    isSkewed = false;
  }

  async function ask(pool: Pool): Promise<void> {
    try {
      const due = await nextDue(pool);
      nextMs = performance.now() + (due ? leastMs : lookMs);
      if (!due) return;
      const signal = AbortSignal.any([ended, AbortSignal.timeout(timeoutMs)]);
      await keep(pool, due, await askForTimeStamp(authority, due.data, signal));
      failuresInRow = 0;
    } catch (error) {
      if (ended.aborted) return;
      nextMs = performance.now() + Math.min(firstRetryMs * 2 ** failuresInRow, longestRetryMs);
      failuresInRow += 1;
      await complain(pool, error).catch(onError);
    }
  }

  async function complain(pool: Pool, error: unknown): Promise<void> {
    if (!(error instanceof BadTimeStamp)) throw error;
    onError(new Error(`The time stamp of ${name} ${error.message}.`, { cause: error }));
    await noteAnswer(pool, name, error.message);
  }

  return async (pool) => {
    if (!running && !ended.aborted && performance.now() >= nextMs) {
      running = ask(pool).finally(() => (running = null));
    }
    await running;
  };
}

const anchored = (name: string, { size }: Due, tsr: Buffer): Fact => ({
  type: 'anchor.received',
  actor: scribe,
  data: { size, name, digest: base64url(sha256(tsr)) },
});

const skew = (against: string, byMs: number): Fact => ({
  type: 'clock.skew',
  actor: scribe,
  data: { against, by_ms: Math.round(byMs) },
});
