import type pg from 'pg';
import { inTransaction, type Sql, sql } from '#store/sql.ts';
import { ForkFound, noteFork } from './fork-guard.ts';
import { aboutNobody, record } from './record.ts';
import { isRehashed, rehash, stateRehashed } from './rehash.ts';
import { batchSize, sequence } from './sequence.ts';
import type { Signer } from './signer.ts';
import type { TimeStamps } from './time-stamps.ts';

/**
 * The scribe brings staged facts into the record, in order, for as long as it runs. Any
 * number of them may run: one holds the lock and works, the others stand by and take over
 * when its connection ends. It keeps nothing in memory that could be lost.
 *
 * It looks for staged facts by polling. A `notify` in each committing transaction would make
 * all writers queue for one lock inside PostgreSQL, and cost them more than a look costs us.
 */
export interface Scribe {
  /**
   * Resolves when every fact committed before the call is in the record, whichever scribe
   * did it. Rejects when this scribe is stopped before.
   */
  flush(): Promise<void>;
  /** Finishes the batch at hand, lets go of the lock, and resolves. */
  stop(): Promise<void>;
}

export interface ScribeOptions {
  /** Told what went wrong; the scribe goes on trying. */
  readonly onError: (error: unknown) => void;
  /** How often an idle scribe looks for facts, and one standing by for the lock. */
  readonly pollMs?: number;
  /** How often the record states that it is alive, so that silence is provable. */
  readonly heartbeatMs?: number;
  /** Left out: the record is put in order and not signed, as some tests want it. */
  readonly signer?: Signer;
  /** How long the tree may grow at most before it is signed again. */
  readonly signMs?: number;
  /** Has outside authorities state when they saw the signed tree. */
  readonly timeStamps?: TimeStamps;
  /** How often the whole record is hashed again. */
  readonly rehashMs?: number;
  /** How often a mirror that follows is brought up to what is signed. */
  readonly followMs?: number;
  /** Told once that the tree is not the one that was signed; the scribe has stopped by then. */
  readonly onFork?: (because: string) => void;
  /** What goes on beside it while it leads. */
  readonly beside?: readonly Beside[];
}

/** Work outside the database, such as asking witnesses, that never holds up what the scribe is for. */
export interface Beside {
  /** Before anything is put in order: what is known outside leads to this record, or a `ForkFound` is thrown. */
  guard?(): Promise<void>;
  /** A fork that shows later is told. What this gives ends the work, at once. */
  start(onFork: (found: ForkFound) => void): { stop(): Promise<void> };
}

const longestRetryMs = 5_000;
const heartbeatCheckMs = 60_000;

/** Starts a scribe. The pool logs in as `gatehouse_scribe`; one connection stays taken. */
export function startScribe(pool: pg.Pool, options: ScribeOptions): Scribe {
  const { onError, pollMs = 200, heartbeatMs = 3_600_000, signMs = 1_000, signer } = options;
  const { rehashMs = 24 * 3_600_000, followMs = 10_000, beside = [] } = options;
  const bell = makeBell();
  let stopping = false;
  let failuresInRow = 0;
  let round = Promise.withResolvers<void>();

  function endRound() {
    round.resolve();
    round = Promise.withResolvers();
  }

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        await lead();
      } catch (error) {
        failuresInRow += 1;
        onError(error);
        if (error instanceof ForkFound) giveUp(error);
      }
      endRound();
      if (!stopping) await bell.pause(Math.min(pollMs * 2 ** failuresInRow, longestRetryMs));
    }
  }

  /** A person decides now; every process sees that in the database. */
  function giveUp({ message }: ForkFound): void {
    stopping = true;
    bell.ring();
    options.onFork?.(message);
  }

  let rehashing: Promise<void> | null = null;

  /** Beside all else, since it takes minutes where there are millions of facts. */
  async function rehashIfDue(): Promise<void> {
    try {
      if (await isRehashed(pool, rehashMs)) return;
      const found = await rehash(pool);
      if (found) await inTransaction(pool, (tx) => stateRehashed(tx, found));
    } catch (error) {
      if (error instanceof ForkFound) await forkBeside(error);
      else onError(error);
    } finally {
      rehashing = null;
    }
  }

  let following: Promise<void> | null = null;

  /** Beside all else, since the mirror may be far away, or slow. */
  async function followOnce(): Promise<void> {
    try {
      await signer?.follow(pool);
    } catch (error) {
      onError(error);
      if (error instanceof ForkFound) giveUp(error);
    } finally {
      following = null;
    }
  }

  /** One that was not found by the guard, between two signatures. */
  async function forkBeside(found: ForkFound): Promise<void> {
    onError(found);
    await noteFork(pool, found.message).catch(onError);
    giveUp(found);
  }

  async function guardBeside(): Promise<void> {
    try {
      await Promise.all(beside.map((it) => it.guard?.()));
    } catch (error) {
      if (error instanceof ForkFound) await noteFork(pool, error.message);
      throw error;
    }
  }

  /** Works until told to stop, if nobody else does. */
  async function lead(): Promise<void> {
    const client = await pool.connect();
    // Heard, a cut between two queries ends the pause and not the process; the next query
    // on the connection then fails and tells why.
    client.on('error', bell.ring);
    let broken: unknown;
    const accompanying: { stop(): Promise<void> }[] = [];
    try {
      if (!(await takeLock(client))) return;
      await signer?.guard(client);
      await guardBeside();
      for (const it of beside) accompanying.push(it.start((found) => void forkBeside(found)));
      let nextCheckMs = performance.now();
      let nextSignMs = performance.now();
      let nextFollowMs = performance.now();
      while (!stopping) {
        const caughtUp = (await sequenceOnce(client)) < batchSize;
        if (signer && performance.now() >= nextSignMs) {
          nextSignMs = performance.now() + signMs;
          await signer.sign(client);
        }
        if (signer && performance.now() >= nextFollowMs) {
          nextFollowMs = performance.now() + followMs;
          following ??= followOnce();
        }
        void options.timeStamps?.look(pool); // nobody waits for the world outside
        failuresInRow = 0;
        endRound();
        if (!caughtUp) continue;
        if (performance.now() >= nextCheckMs) {
          nextCheckMs = performance.now() + Math.min(heartbeatCheckMs, heartbeatMs);
          if (signer) rehashing ??= rehashIfDue();
          if (await stateHeartbeat(client, heartbeatMs)) continue;
        }
        await bell.pause(pollMs);
      }
      await signer?.sign(client);
      await following;
      await signer?.follow(client);
      await client.query(sql`select pg_advisory_unlock(1734440037, 1)`);
    } catch (error) {
      broken = error;
      throw error;
    } finally {
      client.off('error', bell.ring);
      await Promise.all(accompanying.map((it) => it.stop()));
      // Closing the connection ends its transaction and lets go of the lock, whatever happened.
      client.release(broken !== undefined);
    }
  }

  const running = run();

  return {
    async flush() {
      const last = await lastStaged(pool);
      for (;;) {
        const ended = round.promise;
        if (last === null || !(await isStaged(pool, last))) return;
        if (stopping) throw new Error('The scribe was stopped before it had recorded all facts.');
        bell.ring();
        await ended;
      }
    },
    async stop() {
      stopping = true;
      bell.ring();
      await running;
      await Promise.all([rehashing, following, options.timeStamps?.stop()]);
    },
  };
}

/** The session lock that one scribe holds for as long as its connection lives. */
async function takeLock(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(sql`
    select pg_try_advisory_lock(1734440037, 1) as taken
  `);
  return rows[0]?.taken === true;
}

const begin: Sql = { name: 'scribe_begin', text: 'begin', values: [] };
const commit: Sql = { name: 'scribe_commit', text: 'commit', values: [] };

/** One batch. An idle look costs one statement and writes nothing. */
async function sequenceOnce(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ waiting: boolean }>(sql`
    select exists (select from ledger.staged) as waiting
  `);
  if (!rows[0]?.waiting) return 0;
  await client.query(begin);
  const count = await sequence(client);
  await client.query(commit);
  return count;
}

/** States that the record is alive, unless it has done so within this time. */
async function stateHeartbeat(client: pg.PoolClient, heartbeatMs: number): Promise<boolean> {
  const { rows } = await client.query<{ size: string; recent: boolean | null }>(sql`
    select size,
           (select at > clock_timestamp() - ${heartbeatMs} * interval '1 millisecond'
              from ledger.event_ix
             where type = 'log.heartbeat'
             order by idx desc
             limit 1) as recent
      from ledger.head
  `);
  const [head] = rows;
  if (!head || head.recent === true) return false;
  await client.query(begin);
  await record(client, aboutNobody, [
    {
      type: 'log.heartbeat',
      actor: { kind: 'system', id: 'scribe', auth: 'none' },
      data: { size: Number(head.size) },
    },
  ]);
  await client.query(commit);
  return true;
}

async function lastStaged(pool: pg.Pool): Promise<string | null> {
  const { rows } = await pool.query<{ last: string | null }>(sql`
    select max(sid) as last from ledger.staged
  `);
  return rows[0]?.last ?? null;
}

async function isStaged(pool: pg.Pool, last: string): Promise<boolean> {
  const { rows } = await pool.query<{ waiting: boolean }>(sql`
    select exists (select from ledger.staged where sid <= ${last}) as waiting
  `);
  return rows[0]?.waiting === true;
}

/** A pause that somebody can cut short; a ring outside a pause cuts short the next one. */
function makeBell() {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async pause(ms: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      wake = resolve;
      if (rung) resolve();
      await promise;
      clearTimeout(timer);
      rung = false;
      wake = undefined;
    },
  };
}
