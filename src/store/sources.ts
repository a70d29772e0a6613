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

/** Keeps how far the source has been read; in the transaction that takes in what it said. */
export async function keepCursor(
  db: Db,
  it: { connectionId: string; cursor: string },
): Promise<void> {
  await db.query(
    sql`update sources set cursor = ${it.cursor} where connection_id = ${it.connectionId}`,
  );
}

/** The end of a turn in which the source was read. */
export async function endTurn(db: Db, connectionId: string): Promise<void> {
  await db.query(sql`
    update sources
       set succeeded_at = clock_timestamp(), failures_in_row = 0
     where connection_id = ${connectionId}
  `);
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
