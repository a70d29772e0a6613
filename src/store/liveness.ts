import type pg from 'pg';
import { type Db, type Sql, sql } from './sql.ts';

/** The class of the advisory locks that say "this worker process is alive". */
const lifeLock = 77;

/** Connections have changed; a job of the kind that is named waits to be taken. */
export type Channel = 'gatehouse_connections' | 'gatehouse_jobs';

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

/**
 * Opens the session whose end, however it comes, tells everybody that this process died:
 * the queue by itself would keep a dead worker's jobs locked for four hours. A session that
 * is lost while we live is opened anew, with all its locks.
 */
export async function holdLife(pool: pg.Pool): Promise<Life> {
  const ids = new Set<string>();
  const channels = new Map<string, (said: string | null) => void>();
  let ended = false;
  let client: pg.PoolClient | null = null;
  let reopening: NodeJS.Timeout | undefined;

  // Shared, or we would wait for a session of ours that the server has not yet found dead.
  const lock = (id: string) => sql`select pg_advisory_lock_shared(${lifeLock}, hashtext(${id}))`;

  async function open(): Promise<void> {
    const opened = await pool.connect();
    opened.on('notification', ({ channel, payload }) => channels.get(channel)?.(payload ?? null));
    opened.once('error', () => lose(opened));
    opened.once('end', () => lose(opened));
    try {
      for (const id of ids) await opened.query(lock(id));
      for (const channel of channels.keys()) await opened.query(`listen ${channel}`);
    } catch (error) {
      opened.release(true);
      throw error;
    }
    client = opened;
  }

  function lose(lost: pg.PoolClient): void {
    if (client !== lost) return;
    client = null;
    lost.release(true);
    reopenSoon();
  }

  function reopenSoon(): void {
    if (ended) return;
    reopening = setTimeout(() => {
      open().then(() => {
        for (const heard of channels.values()) heard(null);
      }, reopenSoon);
    }, reopenMs);
  }

  /** One statement at a time. One that fails ends the session, and the next one makes up for it. */
  let last: Promise<unknown> = Promise.resolve();
  const next = (statement: Sql | string) => {
    last = last.then(async () => {
      const present = client;
      await present?.query(statement).catch(() => lose(present));
    });
    return last;
  };

  await open();
  return {
    async add(id) {
      ids.add(id);
      await next(lock(id));
    },
    async remove(id) {
      if (!ids.delete(id)) return;
      await next(sql`select pg_advisory_unlock_shared(${lifeLock}, hashtext(${id}))`);
    },
    async listen(channel, heard) {
      channels.set(channel, heard);
      await next(`listen ${channel}`);
    },
    async end() {
      ended = true;
      clearTimeout(reopening);
      channels.clear();
      await last;
      const present = client;
      client = null;
      present?.release(true);
    },
  };
}

/** Frees the jobs of worker processes whose session is gone. Reads a private table of graphile-worker 0.18. */
export async function freeDeadWorkers(db: Db): Promise<void> {
  await db.query(sql`
    select graphile_worker.force_unlock_workers(array_agg(dead.id))
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
    having count(*) > 0
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

export async function listPulses(
  db: Db,
): Promise<readonly { readonly name: string; readonly ageMs: number }[]> {
  const { rows } = await db.query<{ name: string; ageMs: number }>(sql`
    select name, (extract(epoch from clock_timestamp() - at) * 1000)::float8 as "ageMs" from pulses order by name
  `);
  return rows;
}
