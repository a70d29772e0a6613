import type pg from 'pg';
import { type Db, type Sql, sql } from './sql.ts';

/** The class of the advisory locks that say "this worker process is alive". */
const lifeLock = 77;

/** What tells the others that this process is alive, and this process what the others say. */
export interface Life {
  /** Holds a session lock for one of the queue's worker ids; PostgreSQL drops it when we die. */
  add(id: string): Promise<void>;
  /** Calls back on every notification of a channel. Returns how to stop. */
  listen(channel: 'gatehouse_connections', heard: () => void): Promise<() => Promise<void>>;
  end(): Promise<void>;
}

/**
 * Opens the session whose end, however it comes, tells everybody that this process died:
 * the queue by itself would keep a dead worker's jobs locked for four hours.
 */
export async function holdLife(pool: pg.Pool): Promise<Life> {
  const client = await pool.connect();
  let last: Promise<unknown> = Promise.resolve(); // one statement at a time
  const next = (statement: Sql | string) => {
    last = last.then(() => client.query(statement));
    return last;
  };
  return {
    async add(id) {
      await next(sql`select pg_advisory_lock(${lifeLock}, hashtext(${id}))`);
    },
    async listen(channel, heard) {
      const onNotification = (message: pg.Notification) => {
        if (message.channel === channel) heard();
      };
      client.on('notification', onNotification);
      await next(`listen ${channel}`);
      return async () => {
        client.off('notification', onNotification);
        await next(`unlisten ${channel}`);
      };
    },
    async end() {
      await last.catch(() => {});
      client.release(true);
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
                and alive.classid = ${lifeLock}::oid
                and alive.objid = (hashtext(dead.id)::bigint & 4294967295)::oid
           )
    having count(*) > 0
  `);
}

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
