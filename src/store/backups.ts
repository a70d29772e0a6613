import { type Db, sql } from './sql.ts';

/** How long ago the database was last backed up, in milliseconds; null: nobody has ever said so. */
export async function backupAgeMs(db: Db): Promise<number | null> {
  const { rows } = await db.query<{ ageMs: number }>(sql`
    select (extract(epoch from clock_timestamp() - taken_at) * 1000)::float8 as "ageMs" from backups
  `);
  return rows[0]?.ageMs ?? null;
}

/** Notes that it was. For an administrator: no process of the program may say so. */
export async function noteBackup(admin: Db): Promise<void> {
  await admin.query(sql`
    insert into backups default values
        on conflict (one) do update set taken_at = clock_timestamp()
  `);
}

/** After this many milliseconds a backup that is made every day has failed. */
export const backupLateMs = 26 * 3_600_000;
