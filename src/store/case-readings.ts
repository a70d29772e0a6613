import { type Db, sql } from './sql.ts';

/** Notes that somebody has opened a confidential case. True for the first time in this hour. */
export async function noteCaseReading(
  db: Db,
  it: { caseId: string; userId: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    insert into case_readings (user_id, case_id, hour)
    values (${it.userId}, ${it.caseId}, date_trunc('hour', clock_timestamp()))
        on conflict do nothing
  `);
  return rowCount === 1;
}
