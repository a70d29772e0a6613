import { type Db, sql } from './sql.ts';

/** How far a source has been read. */
export interface SourceRow {
  readonly connectionId: string;
  readonly cursor: string | null;
  readonly polledAt: Date | null;
  readonly succeededAt: Date | null;
  readonly failuresInRow: number;
}

/**
 * Takes the turn to poll a source, if it is due and nobody else is at it. Null: not now.
 * The turn lasts until the next one is due.
 */
export async function takeTurn(
  db: Db,
  it: { connectionId: string; everyMs: number },
): Promise<SourceRow | null> {
  const { rows } = await db.query<SourceRow>(sql`
    insert into sources as known (connection_id, polled_at)
    values (${it.connectionId}, clock_timestamp())
        on conflict (connection_id) do update
       set polled_at = clock_timestamp()
     where known.polled_at is null
        or known.polled_at < clock_timestamp() - make_interval(secs => ${it.everyMs / 1_000})
    returning connection_id as "connectionId", cursor, polled_at as "polledAt", succeeded_at as "succeededAt",
              failures_in_row as "failuresInRow"
  `);
  return rows[0] ?? null;
}

/** A turn that takes longer than usual goes on; nobody else is to begin one meanwhile. */
export async function holdTurn(db: Db, connectionId: string): Promise<void> {
  await db.query(
    sql`update sources set polled_at = clock_timestamp() where connection_id = ${connectionId}`,
  );
}

/** Keeps how far the source has been read; in the transaction that takes in what it said. */
export async function keepCursor(
  db: Db,
  it: { connectionId: string; cursor: string },
): Promise<void> {
  await db.query(
    sql`update sources set cursor = ${it.cursor} where connection_id = ${it.connectionId}`,
  );
}

/** How late a reading may be before whoever left meanwhile may be unknown, on top of the usual time between two. */
const graceMs = 3_600_000;

/** Whether a source has ever been read to its end. */
export async function hasBeenRead(db: Db, connectionId: string): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from sources where connection_id = ${connectionId} and succeeded_at is not null
  `);
  return rowCount === 1;
}

/** The end of a turn in which the source was read. How long it had not been, if longer than usual, stays known. */
export async function endTurn(
  db: Db,
  { connectionId, everyMs }: { connectionId: string; everyMs: number },
): Promise<void> {
  await db.query(sql`
    insert into source_gaps (connection_id, began_at)
    select connection_id, succeeded_at
      from sources
     where connection_id = ${connectionId}
       and (succeeded_at is null
            or succeeded_at < clock_timestamp() - make_interval(secs => ${(everyMs + graceMs) / 1_000}))
  `);
  await db.query(sql`
    update sources
       set succeeded_at = clock_timestamp(), failures_in_row = 0
     where connection_id = ${connectionId}
  `);
}

/** When a source was not read although it was its turn. */
export interface SourceGap {
  readonly source: string;
  /** Null: it had never been read before. */
  readonly from: Date | null;
  /** Null: it has not been read since. */
  readonly to: Date | null;
}

/** The gaps that touch days of a period, both included, in UTC; in the order of their beginning. */
export async function gapsIn(
  db: Db,
  it: { readonly from: string; readonly to: string; readonly everyMs: number },
): Promise<readonly SourceGap[]> {
  const { rows } = await db.query<SourceGap>(sql`
    with gap as (
      select connection_id, began_at, ended_at from source_gaps
       union all
      select connection_id, succeeded_at, null
        from sources
       where succeeded_at is null
          or succeeded_at < clock_timestamp() - make_interval(secs => ${(it.everyMs + graceMs) / 1_000})
    )
    select connection_id as source, began_at as "from", ended_at as "to"
      from gap
     where (began_at is null or began_at < (${it.to}::date + 1)::timestamp at time zone 'UTC')
       and (ended_at is null or ended_at >= ${it.from}::date::timestamp at time zone 'UTC')
     order by began_at nulls first, connection_id
  `);
  return rows;
}

/** The end of a turn in which it was not; the next one is due sooner than usual. */
export async function failTurn(
  db: Db,
  it: { connectionId: string; everyMs: number; againInMs: number },
): Promise<{ failuresInRow: number }> {
  const { rows } = await db.query<{ failuresInRow: number }>(sql`
    update sources
       set failures_in_row = failures_in_row + 1,
           polled_at = clock_timestamp() - make_interval(secs => ${(it.everyMs - it.againInMs) / 1_000})
     where connection_id = ${it.connectionId}
    returning failures_in_row as "failuresInRow"
  `);
  return { failuresInRow: rows[0]?.failuresInRow ?? 0 };
}

/** Sources that somebody should have begun to read long ago. */
export async function overdueSources(
  db: Db,
  it: { connectors: readonly string[]; afterMs: number },
): Promise<readonly { readonly id: string; readonly name: string; readonly polledAt: Date }[]> {
  const { rows } = await db.query<{ id: string; name: string; polledAt: Date }>(sql`
    select c.id, c.name, s.polled_at as "polledAt"
      from connections c
      join sources s on s.connection_id = c.id
     where c.state = 'active'
       and c.connector = any (${it.connectors}::text[])
       and s.polled_at < clock_timestamp() - make_interval(secs => ${it.afterMs / 1_000})
     order by c.id
  `);
  return rows;
}
