import { type Db, sql } from './sql.ts';

/** Counts a try, and says how many there were in its window and when that ends. */
export async function countAttempt(
  db: Db,
  it: { key: Buffer; windowMs: number },
): Promise<{ count: number; waitSeconds: number }> {
  await db.query(sql`delete from sign_in_attempts where ends_at <= clock_timestamp()`);
  const { rows } = await db.query<{ count: number; waitSeconds: number }>(sql`
    insert into sign_in_attempts as known (key, ends_at, count)
    values (${it.key}, clock_timestamp() + make_interval(secs => ${it.windowMs / 1_000}), 1)
        on conflict (key) do update set count = known.count + 1
    returning count, ceil(extract(epoch from ends_at - clock_timestamp()))::int as "waitSeconds"
  `);
  return rows[0]!;
}

/** A try that was good does not count. `all`: nor do those before it. */
export async function uncountAttempt(db: Db, key: Buffer, all: boolean): Promise<void> {
  await db.query(sql`
    update sign_in_attempts
       set count = case when ${all} then 0 else greatest(count - 1, 0) end
     where key = ${key}
  `);
}

/** What went wrong for one account in one quarter of an hour. */
export interface FailedSignIns {
  /** A user; `unknown`: somebody whom we do not know. */
  readonly account: string;
  readonly method: string;
  readonly windowStarts: Date;
  /** At least 1. */
  readonly count: number;
}

export async function countFailure(
  db: Db,
  it: Pick<FailedSignIns, 'account' | 'method'>,
): Promise<void> {
  await db.query(sql`
    insert into sign_in_failures as known (account, method, window_starts, count)
    values (${it.account}, ${it.method}, date_bin('15 minutes', clock_timestamp(), '2000-01-01'), 1)
        on conflict (account, method, window_starts) do update set count = known.count + 1
  `);
}

/** Takes what is over, for whoever states it in the same transaction. */
export async function takeFailures(db: Db): Promise<readonly FailedSignIns[]> {
  const { rows } = await db.query<FailedSignIns>(sql`
    delete from sign_in_failures
     where window_starts <= clock_timestamp() - interval '15 minutes'
    returning account, method, window_starts as "windowStarts", count
  `);
  return rows;
}
