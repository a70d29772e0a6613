import { type Db, sql } from './sql.ts';

/** The UUID of this installation: what is sealed here opens nowhere else. */
export async function installationId(db: Db): Promise<string> {
  const { rows } = await db.query<{ id: string }>(sql`select id from installation`);
  return rows[0]!.id;
}

/** Whether this installation is less than a day old: whoever sets it up sits beside it. */
export async function isFirstDay(db: Db): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from installation where created_at > clock_timestamp() - interval '24 hours'
  `);
  return rowCount === 1;
}
