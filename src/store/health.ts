import { type Db, sql } from './sql.ts';
import { wakeSteps } from './steps.ts';

/** After this many failures in a row a connection counts as down. */
export const failuresUntilDown = 3;

/** Counts a call that nobody answered. Returns how many there have been in a row. */
export async function countFailure(db: Db, connectionId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(sql`
    insert into connection_health as health (connection_id, failures_in_row)
    values (${connectionId}, 1)
        on conflict (connection_id) do update
       set failures_in_row = health.failures_in_row + 1
    returning failures_in_row as count
  `);
  return rows[0]!.count;
}

/** A connection counts as down, unless it has answered meanwhile. Says whether that is new. */
export async function markDown(
  db: Db,
  it: { connectionId: string; probeMs: number },
): Promise<{ wentDown: boolean }> {
  const { rows } = await db.query<{ wentDown: boolean }>(sql`
    update connection_health now
       set down_since = coalesce(now.down_since, clock_timestamp()),
           probe_at = clock_timestamp() + make_interval(secs => ${it.probeMs / 1_000})
      from (select connection_id, down_since
              from connection_health
             where connection_id = ${it.connectionId}
               and failures_in_row >= ${failuresUntilDown}
               for update) before
     where now.connection_id = before.connection_id
    returning before.down_since is null as "wentDown"
  `);
  return rows[0] ?? { wentDown: false };
}

/** The connection answered: all that waited for it becomes due. Says whether it had been down. */
export async function noteAnswer(db: Db, connectionId: string): Promise<{ cameBack: boolean }> {
  const { rows } = await db.query<{ cameBack: boolean }>(sql`
    update connection_health now
       set failures_in_row = 0, down_since = null, probe_at = null
      from (select connection_id, down_since from connection_health
             where connection_id = ${connectionId} for update) before
     where now.connection_id = before.connection_id
       and now.failures_in_row > 0
    returning before.down_since is not null as "cameBack"
  `);
  const cameBack = rows[0]?.cameBack ?? false;
  if (cameBack) await wakeConnection(db, connectionId);
  return { cameBack };
}

/** Makes every step that waits for a connection due now, if its own moment has come. */
export async function wakeConnection(db: Db, connectionId: string): Promise<void> {
  const { rows } = await db.query<{ id: string }>(sql`
    update steps
       set wake_at = clock_timestamp(), attempts = 0
     where id in (
             select id
               from steps
              where connection_id = ${connectionId}
                and status in ('ready', 'running')
                and dropped_at is null
                and wake_at is not null
                and assignment is null  -- people are reminded in their own time
                and (due_at is null or due_at <= clock_timestamp())
                for no key update skip locked  -- whoever holds one is at it already
           )
    returning id
  `);
  await wakeSteps(
    db,
    rows.map((row) => row.id),
  );
}

/** While a connection is down one pass a minute may try it. True: this pass is the one. */
export async function takeProbe(
  db: Db,
  it: { connectionId: string; probeMs: number },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update connection_health
       set probe_at = clock_timestamp() + make_interval(secs => ${it.probeMs / 1_000})
     where connection_id = ${it.connectionId}
       and down_since is not null
       and probe_at <= clock_timestamp()
  `);
  return rowCount === 1;
}

/** After a 429: nobody calls this connection before the moment the vendor named. */
export async function quietConnection(
  db: Db,
  it: { connectionId: string; forMs: number },
): Promise<void> {
  await db.query(sql`
    insert into connection_health as health (connection_id, quiet_until)
    values (${it.connectionId}, clock_timestamp() + make_interval(secs => ${it.forMs / 1_000}))
        on conflict (connection_id) do update
       set quiet_until = greatest(health.quiet_until, excluded.quiet_until)
  `);
}

/** Connections that nobody should call just now: paused, down, or told to wait by a 429. */
export async function restingConnections(db: Db): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(sql`
    select c.id
      from connections c
      left join connection_health h on h.connection_id = c.id
     where c.state <> 'active'
        or h.down_since is not null
        or h.quiet_until > clock_timestamp()
  `);
  return new Set(rows.map((row) => row.id));
}
