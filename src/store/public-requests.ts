import { type Db, sql } from './sql.ts';

/** Counts one request of an address, and says how many there were in its hour and when that ends. */
export async function countPublicRequest(
  db: Db,
  address: Buffer,
): Promise<{ count: number; waitSeconds: number }> {
  await db.query(sql`delete from public_requests where ends_at <= clock_timestamp()`);
  const { rows } = await db.query<{ count: number; waitSeconds: number }>(sql`
    insert into public_requests as known (address, ends_at, count)
    values (${address}, clock_timestamp() + interval '1 hour', 1)
        on conflict (address) do update set count = known.count + 1
    returning count, ceil(extract(epoch from ends_at - clock_timestamp()))::int as "waitSeconds"
  `);
  return rows[0]!;
}
