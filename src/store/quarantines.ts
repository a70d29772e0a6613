import { type Db, sql } from './sql.ts';

/** Why a departure is held back, and how far its release has come. */
export interface QuarantineRow {
  readonly because: string;
  /** The first of the two who release it. */
  readonly askedBy: string | null;
}

export async function keepQuarantine(
  db: Db,
  it: { caseId: string; guard: string; because: string },
): Promise<void> {
  await db.query(sql`
    insert into quarantines (case_id, guard, because) values (${it.caseId}, ${it.guard}, ${it.because})
  `);
}

/** Null: no guard ever held it back. */
export async function quarantineOf(db: Db, caseId: string): Promise<QuarantineRow | null> {
  const { rows } = await db.query<QuarantineRow>(sql`
    select because, asked_by as "askedBy" from quarantines where case_id = ${caseId}
  `);
  return rows[0] ?? null;
}

/** Notes the first of two, or that it is released. */
export async function noteRelease(
  db: Db,
  it: { caseId: string; askedBy: string | null; isReleased: boolean },
): Promise<void> {
  // One from before reasons were kept has no row yet.
  await db.query(sql`
    insert into quarantines (case_id, guard, because, asked_by, released_at)
    values (${it.caseId}, 'departures', 'More departures came than the limits allow.', ${it.askedBy},
            case when ${it.isReleased}::boolean then clock_timestamp() end)
        on conflict (case_id) do update
       set asked_by = coalesce(excluded.asked_by, quarantines.asked_by), released_at = excluded.released_at
  `);
}
