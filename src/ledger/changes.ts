import { type Db, sql } from '#store/sql.ts';

/** What one fact of the record says has changed; nothing in it is about a person. */
export interface RecordedChange {
  readonly idx: number;
  readonly type: string;
  /** The row whose version it accounts for, such as `steps/01KA…@7`; null: none. */
  readonly row: string | null;
  readonly caseId: string | null;
  /** Whether the case is for few to know of, as it is now. */
  readonly confidential: boolean;
  /** Who opened the case, and so knows of it; null: it is about no case. */
  readonly openedBy: string | null;
}

/** The facts from a place in the record on, in order; the first is number 0. */
export async function changesFrom(
  db: Db,
  it: { idx: number; limit: number },
): Promise<readonly RecordedChange[]> {
  const { rows } = await db.query<RecordedChange & { caseId: string | null }>(sql`
    select fact.idx::float8 as idx, fact.type, fact.body ->> 'row' as row, fact.case_id as "caseId",
           coalesce((cases.departure ->> 'confidential')::boolean, false) as confidential,
           cases.opened_by as "openedBy"
      from ledger.event_ix fact
      left join cases on cases.id = fact.case_id
     where fact.idx >= ${it.idx}
     order by fact.idx
     limit ${it.limit}
  `);
  return rows;
}

/** How many facts the record holds. */
export async function recordSize(db: Db): Promise<number> {
  const { rows } = await db.query<{ size: number }>(
    sql`select size::float8 as size from ledger.head`,
  );
  return rows[0]!.size;
}
