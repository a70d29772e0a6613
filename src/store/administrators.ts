import { type Db, type Sql, sql } from './sql.ts';

interface InConnection {
  readonly connectionId: string;
  readonly accountId: string;
}

/** A call that ends what an account can do there has begun, and was not undone. */
const isEnded = (connection: Sql, account: Sql, capabilities: readonly string[]): Sql => sql`
  exists (select
            from steps s
            join step_lease l on l.step_id = s.id
            join cases c on c.id = s.case_id
           where s.connection_id = ${connection}
             and s.account ->> 'id' = ${account}
             and s.capability = any (${capabilities}::text[])
             and s.undo_of is null
             and c.direction = 'forward'
             and l.call_started_at is not null
             and l.call_outcome is distinct from 'refused')
`;

/** Whether an account can be used there, as far as is known: one that nobody has seen yet may be. */
export async function isUsable(db: Db, it: InConnection): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from accounts
     where connection_id = ${it.connectionId} and account_id = ${it.accountId} and status <> 'active'
  `);
  return rowCount === 0;
}

/** An account other than this one that administers a connection and keeps what it can do; null: none is known. */
export async function otherAdministrator(
  db: Db,
  it: InConnection & { ending: readonly string[] },
): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(sql`
    select a.account_id as id
      from accounts a
     where a.connection_id = ${it.connectionId}
       and a.account_id <> ${it.accountId}
       and a.privileged
       and a.status = 'active'
       and not ${isEnded(sql`a.connection_id`, sql`a.account_id`, it.ending)}
     order by a.account_id
     limit 1
  `);
  return rows[0]?.id ?? null;
}

/** Whether every account of a connection was looked at within so many hours. */
export async function wasLookedThrough(
  db: Db,
  it: { connectionId: string; withinHours: number },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from access_sweeps
     where connection_id = ${it.connectionId}
       and swept_at > clock_timestamp() - make_interval(hours => ${it.withinHours})
  `);
  return rowCount === 1;
}

/**
 * Whether an account keeps what it can do, with nobody else beginning to end that of an administrator there until this
 * transaction ends.
 */
export async function lockAdministrator(
  db: Db,
  it: InConnection & { ending: readonly string[] },
): Promise<boolean> {
  await db.query(
    sql`select pg_advisory_xact_lock(hashtextextended(${`administrators:${it.connectionId}`}, 0))`,
  );
  const { rows } = await db.query<{ ended: boolean }>(
    sql`select ${isEnded(sql`${it.connectionId}`, sql`${it.accountId}`, it.ending)} as ended`,
  );
  return !rows[0]!.ended;
}
