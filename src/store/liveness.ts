import type pg from 'pg';
import { type Db, type Sql, sql } from './sql.ts';

/** The class of the advisory locks that say "this worker process is alive". */
const lifeLock = 77;

/** Connections have changed; a job of the kind that is named waits to be taken; the record has grown. */
export type Channel =
  | 'gatehouse_connections'
  | 'gatehouse_jobs'
  | 'gatehouse_record'
  | 'gatehouse_outbound';

/** What tells the others that this process is alive, and this process what the others say. */
export interface Life {
  /** Holds a session lock for one of the queue's worker ids; PostgreSQL drops it when we die. */
  add(id: string): Promise<void>;
  /** Lets go of one: whatever jobs it still has are free. */
  remove(id: string): Promise<void>;
  /** Calls back with every notification of a channel, and with null when some may have been missed. */
  listen(channel: Channel, heard: (said: string | null) => void): Promise<void>;
  end(): Promise<void>;
}

const reopenMs = 1_000;

/** One session, and what it has been told so far. */
interface Session {
  readonly client: pg.PoolClient;
  readonly locked: Set<string>;
  readonly listening: Set<Channel>;
}

/**
 * Opens the session whose end, however it comes, tells everybody that this process died:
 * the queue by itself would keep a dead worker's jobs locked for four hours. A session that
 * is lost while we live is opened anew, with all its locks.
 */
export async function holdLife(pool: pg.Pool): Promise<Life> {
  const ids = new Set<string>();
  const channels = new Map<Channel, (said: string | null) => void>();
  let ended = false;
  let session: Session | null = null;
  let reopening: NodeJS.Timeout | undefined;

  async function open(): Promise<void> {
    const client = await pool.connect();
    const opened: Session = { client, locked: new Set(), listening: new Set() };
    client.on('notification', ({ channel, payload }) =>
      channels.get(channel as Channel)?.(payload ?? null),
    );
    client.once('error', () => lose(opened));
    client.once('end', () => lose(opened));
    session = opened;
  }

  function lose(lost: Session): void {
    if (session !== lost) return;
    session = null;
    lost.client.release(true);
    reopenSoon();
  }

  function reopenSoon(): void {
    if (ended) return;
    reopening = setTimeout(() => {
      inTurn(open)
        .then(() => inTurn(settle))
        .then(() => {
          for (const heard of channels.values()) heard(null);
        }, reopenSoon);
    }, reopenMs);
  }

  /**
   * Tells the session what it has not been told: by difference, so that it does not matter what was
   * added or removed while another one was opened. What fails ends it, and the next makes up for it.
   */
  async function settle(): Promise<void> {
    const present = session;
    if (!present) return;
    const { client, locked, listening } = present;
    try {
      for (const id of ids) {
        if (locked.has(id)) continue;
        // Shared, or we would wait for a session of ours that the server has not yet found dead.
        await client.query(sql`select pg_advisory_lock_shared(${lifeLock}, hashtext(${id}))`);
        locked.add(id);
      }
      for (const id of locked) {
        if (ids.has(id)) continue;
        await client.query(sql`select pg_advisory_unlock_shared(${lifeLock}, hashtext(${id}))`);
        locked.delete(id);
      }
      for (const channel of channels.keys()) {
        if (listening.has(channel)) continue;
        await client.query(`listen ${channel}`);
        listening.add(channel);
      }
    } catch {
      lose(present);
    }
  }

  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };

  await open();
  return {
    add(id) {
      ids.add(id);
      return inTurn(settle);
    },
    remove(id) {
      ids.delete(id);
      return inTurn(settle);
    },
    listen(channel, heard) {
      channels.set(channel, heard);
      return inTurn(settle);
    },
    async end() {
      ended = true;
      clearTimeout(reopening);
      channels.clear();
      await last;
      const present = session;
      session = null;
      present?.client.release(true);
    },
  };
}

/** Worker processes that hold jobs and whose session is gone. Reads a private table of graphile-worker 0.18. */
export const workersDead = sql`
    select dead.id
      from (select distinct locked_by as id
              from graphile_worker._private_jobs
             where locked_by is not null) dead
     where not exists (
             select
               from pg_locks alive
              where alive.locktype = 'advisory'
                and alive.database = (select oid from pg_database where datname = current_database())
                and alive.classid = ${lifeLock}::oid
                and alive.objid = (hashtext(dead.id)::bigint & 4294967295)::oid
           )
`;

/** Frees the jobs of worker processes whose session is gone. */
export async function freeDeadWorkers(db: Db): Promise<void> {
  await db.query(sql`
    select graphile_worker.force_unlock_workers(array_agg(id)) from (${workersDead}) dead having count(*) > 0
  `);
}

/**
 * Whether a job stands for something: waking what is queued already would only get into the way of the
 * queue. A job taken longer than a lease ago stands for nothing: whoever took it is frozen, or has
 * more than it can do. Columns in `key` need the name of their table. Reads a private table of
 * graphile-worker 0.18.
 */
export const isQueued = (key: Sql, leaseMs: number): Sql => sql`
    exists (
      select
        from graphile_worker._private_jobs job
       where job.key = ${key}
         and case when job.locked_at is null then job.attempts < job.max_attempts
                  else job.locked_at > clock_timestamp() - make_interval(secs => ${leaseMs / 1_000})
             end
    )`;

/** A sign of life of one moving part, for health checks. */
export async function notePulse(db: Db, name: string): Promise<void> {
  await db.query(sql`
    insert into pulses (name, at) values (${name}, clock_timestamp())
        on conflict (name) do update set at = excluded.at
  `);
}

/** Once in so long is enough to be seen. */
const pulseMs = 15_000;

/** A sign of life for what turns often: noted at most once in 15 seconds. */
export function pulseNow(db: Db, name: string): () => Promise<void> {
  let notedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - notedAt < pulseMs) return;
    await notePulse(db, name);
    notedAt = performance.now();
  };
}

export async function listPulses(
  db: Db,
): Promise<readonly { readonly name: string; readonly ageMs: number }[]> {
  const { rows } = await db.query<{ name: string; ageMs: number }>(sql`
    select name, (extract(epoch from clock_timestamp() - at) * 1000)::float8 as "ageMs" from pulses order by name
  `);
  return rows;
}

/** What waits in the queue to be taken up, as the worker sees it. */
export async function queueState(
  worker: Db,
): Promise<{ readonly due: number; readonly oldestMs: number; readonly taken: number }> {
  const { rows } = await worker.query<{ due: number; oldestMs: number; taken: number }>(sql`
    select (count(*) filter (where is_due))::int as due,
           coalesce(extract(epoch from clock_timestamp() - min(run_at) filter (where is_due)) * 1000, 0)::float8 as "oldestMs",
           (count(*) filter (where locked_at is not null))::int as taken
      from (select run_at, locked_at,
                   locked_at is null and run_at <= clock_timestamp() and attempts < max_attempts as is_due
              from graphile_worker._private_jobs) job
  `);
  return rows[0]!;
}
