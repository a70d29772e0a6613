import { type Db, sql } from './sql.ts';

/** The UUID of this installation: what is sealed here opens nowhere else. */
export async function installationId(db: Db): Promise<string> {
  const { rows } = await db.query<{ id: string }>(sql`select id from installation`);
  return rows[0]!.id;
}
