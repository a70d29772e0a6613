import { type Db, type Sql, sql } from './sql.ts';

/* Secrets of connections that run out on a day that somebody has named. */

/** What an alert about one is called; how near the day is follows. */
export const secretCondition = (connectionId: string, secret: string): string =>
  `secret:${connectionId}:${secret}`;

/** Those that run out within thirty days, or have; told anew at each of these stages. */
const runningOut = sql`
    select c.id as "connectionId", c.name, f.secret, f.day::text as day, f.day - today.day as "daysLeft",
           'secret:' || c.id || ':' || f.secret || ':' ||
           case when f.day < today.day then 'over' when f.day - today.day <= 1 then '1'
                when f.day - today.day <= 7 then '7' else '30' end as condition
      from connections c
     cross join lateral (select key as secret, value::date as day from jsonb_each_text(c.secrets_expire)) f
     cross join (select (clock_timestamp() at time zone 'UTC')::date as day) today
     where c.state <> 'disabled'
       and f.day - today.day <= 30
`;

export interface SecretRunningOut {
  readonly connectionId: string;
  readonly name: string;
  readonly secret: string;
  /** Such as 2026-12-31. */
  readonly day: string;
  /** Below 0: it has run out. */
  readonly daysLeft: number;
  readonly condition: string;
}

/** Those that nobody has been told of at their stage. */
export const secretsUntold: Sql = sql`
    select due.* from (${runningOut}) due
     where not exists (select from alerts where alerts.condition = due.condition and resolved_at is null)
`;

/** Alerts of stages that are past, or of secrets that were replaced or are good for longer. */
export const secretAlertsPast: Sql = sql`
    select alerts.condition from alerts
     where kind = 'secret.expiring'
       and resolved_at is null
       and not exists (select from (${runningOut}) due where due.condition = alerts.condition)
`;

export async function untoldSecrets(db: Db): Promise<readonly SecretRunningOut[]> {
  const { rows } = await db.query<SecretRunningOut & { day: string }>(secretsUntold);
  return rows;
}

/** All that run out within thirty days, or have. */
export async function secretsRunningOut(db: Db): Promise<readonly SecretRunningOut[]> {
  const { rows } = await db.query<SecretRunningOut & { day: string }>(
    sql`${runningOut} order by f.day, c.id`,
  );
  return rows;
}

export async function pastSecretAlerts(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ condition: string }>(secretAlertsPast);
  return rows.map((row) => row.condition);
}

/** Notes when a secret runs out; null: nobody knows. Returns the version, or null where there is no such secret. */
export async function noteSecretDay(
  db: Db,
  it: { connectionId: string; secret: string; day: string | null },
): Promise<number | null> {
  const { rows } = await db.query<{ version: number }>(sql`
    update connections
       set version = version + 1,
           secrets_expire = (secrets_expire - ${it.secret}::text) ||
             case when ${it.day}::text is null then '{}'::jsonb
                  else jsonb_build_object(${it.secret}::text, ${it.day}::text) end
     where id = ${it.connectionId}
       and state <> 'disabled'
       and ${it.secret}::text = any (secret_fields || inbound_fields)
    returning version
  `);
  return rows[0]?.version ?? null;
}
