import { type Db, sql } from './sql.ts';

/** The database's clock, the only authority for when something is due. */
export async function databaseNow(db: Db): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>(sql`select clock_timestamp() as now`);
  return rows[0]!.now;
}
