import { type Db, sql } from '#store/sql.ts';

/** Below this index facts were pruned; 0: none were. */
export async function minIndexOf(db: Db): Promise<number> {
  const { rows } = await db.query<{ min: number }>(sql`
    select min_index::float8 as min from ledger.head
  `);
  return rows[0]?.min ?? 0;
}

/** The largest minimum index of which the record says that it was pruned up to there; signed already, or about to be. */
export async function claimedPruning(db: Db): Promise<number> {
  const { rows } = await db.query<{ claimed: number }>(sql`
    select coalesce(max((body -> 'data' ->> 'min_index')::float8), 0) as claimed
      from (select body from ledger.event_ix where type = 'log.pruned'
            union all
            select convert_from(leaf, 'UTF8')::jsonb from ledger.staged) as told
     where body ->> 'type' = 'log.pruned'
  `);
  return rows[0]?.claimed ?? 0;
}

/** When the facts of a case were pruned; null: they were not. */
export async function prunedAt(db: Db, caseId: string): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>(sql`
    select pruned_at as at from ledger.chain where case_id = ${caseId}
  `);
  return rows[0]?.at ?? null;
}

/** What the record says of the last pruning. */
export interface LastPruning {
  readonly minIndex: number;
  readonly at: Date;
  /** When the newest of the facts that went was recorded. */
  readonly newest: Date;
}

/** Null: nothing was ever pruned. */
export async function lastPruning(db: Db): Promise<LastPruning | null> {
  const { rows } = await db.query<LastPruning & { minIndex: number }>(sql`
    select (body -> 'data' ->> 'min_index')::float8 as "minIndex", at, (body -> 'data' ->> 'newest')::timestamptz as newest
      from ledger.event_ix
     where type = 'log.pruned'
     order by idx desc
     limit 1
  `);
  return rows[0] ?? null;
}
