import { type Db, sql } from './sql.ts';

/* What a database server tells whoever looks whether all is well. */

export async function serverVersion(db: Db): Promise<string> {
  const { rows } = await db.query<{ version: string }>(
    sql`select current_setting('server_version') as version`,
  );
  return rows[0]!.version;
}

/** As whom a session is logged in, and whether they stand above the rights that others gave them. */
export async function whoIsIn(
  db: Db,
): Promise<{ readonly name: string; readonly mighty: boolean }> {
  const { rows } = await db.query<{ name: string; mighty: boolean }>(sql`
    select current_user as name, rolsuper or rolcreaterole or rolbypassrls as mighty
      from pg_roles
     where rolname = current_user
  `);
  return rows[0]!;
}

/** How many hours each zone in use is ahead of UTC, as the database has it, at the beginning of each of the next twelve months. */
export async function zoneHours(
  db: Db,
  companyZone: string,
): Promise<readonly { readonly zone: string; readonly at: Date; readonly hours: number }[]> {
  const { rows } = await db.query<{ zone: string; at: Date; hours: number }>(sql`
    select zone, at,
           (extract(epoch from (at at time zone zone) - (at at time zone 'UTC')) / 3600)::float8 as hours
      from (select distinct facts ->> 'zone' as zone from people
             union
            select ${companyZone}) used
     cross join generate_series(date_trunc('month', clock_timestamp()), clock_timestamp() + interval '1 year',
                                interval '1 month') at
     where zone in (select name from pg_timezone_names)
  `);
  return rows;
}
