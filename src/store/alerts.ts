import { newId } from './random.ts';
import { type Db, type Sql, sql } from './sql.ts';

export interface AlertRow {
  readonly id: string;
  readonly condition: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly caseId: string | null;
  readonly stepId: string | null;
  readonly connectionId: string | null;
  readonly confidential: boolean;
  /** How often it happened; repeats are folded. */
  readonly times: number;
  /** How many rungs of the ladder have been told, and how often the last one again. */
  readonly level: number;
  readonly openedAt: Date;
  readonly nextAt: Date | null;
  readonly resolvedAt: Date | null;
  /** The user who sees to it; null: nobody has said so, and it is told again. */
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: Date | null;
}

/** Also of a departure that became confidential after the alert was raised. */
const isConfidential = sql`(
  confidential or exists (
    select from cases where cases.id = alerts.case_id and (cases.departure ->> 'confidential')::boolean))`;

export type NewAlert = Pick<
  AlertRow,
  'condition' | 'kind' | 'title' | 'body' | 'caseId' | 'stepId' | 'connectionId' | 'confidential'
>;

/** The condition that a rule pack in use was not reviewed lately. */
export const unreviewed = (pack: string): string => `rule-pack:${pack}:unreviewed`;

/**
 * Opens an alert, or folds a repeat of the same condition into the open one. Two conditions of
 * one thing are told apart after its name: `connection:okta:down`, `connection:okta:paused`.
 */
export async function raiseAlert(db: Db, it: NewAlert): Promise<void> {
  await db.query(sql`
    with raised as (
      insert into alerts as open (id, condition, kind, title, body, case_id, step_id, connection_id, confidential, next_at)
      values (${newId()}, ${it.condition}, ${it.kind}, ${it.title}, ${it.body}, ${it.caseId}, ${it.stepId},
              ${it.connectionId}, ${it.confidential}, clock_timestamp())
          on conflict (condition) where resolved_at is null do update
         set times = open.times + 1, body = excluded.body
      returning id, times
    )
    select wake_alert(id, clock_timestamp()) from raised where times = 1
  `);
}

/** Says of an open alert what is true now, without telling anybody once more. */
export async function rewordAlert(db: Db, it: Pick<AlertRow, 'condition' | 'body'>): Promise<void> {
  await db.query(sql`
    update alerts set body = ${it.body} where condition = ${it.condition} and resolved_at is null
  `);
}

/** Somebody sees to an alert: it stays until it is over, and is told no more. False: it was over, or somebody did already. */
export async function acknowledgeAlert(db: Db, it: { id: string; by: string }): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update alerts
       set acknowledged_by = ${it.by}, acknowledged_at = clock_timestamp(), next_at = null
     where id = ${it.id}
       and resolved_at is null
       and acknowledged_at is null
  `);
  return rowCount === 1;
}

/** There is news of something that somebody sees to already: as it is raised again, it is told anew. */
export async function resolveAcknowledged(db: Db, condition: string): Promise<void> {
  await db.query(sql`
    update alerts
       set resolved_at = clock_timestamp()
     where (condition = ${condition} or starts_with(condition, ${`${condition}:`}))
       and resolved_at is null
       and acknowledged_at is not null
  `);
}

/** A connection was removed: what alerted about it, or about reading it, matters no longer. Its steps, and what is about a case, go on waiting. */
export async function resolveConnectionAlerts(db: Db, connectionId: string): Promise<void> {
  await db.query(sql`
    update alerts
       set resolved_at = clock_timestamp(), next_at = null
     where resolved_at is null
       and step_id is null
       and case_id is null
       and (connection_id = ${connectionId}
            or condition ~ ('^(connection|source|feed|set-aside|set-aside-many|drop|history):' || ${connectionId} || '(:|$)'))
  `);
}

export async function isAlertOpen(db: Db, condition: string): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from alerts where condition = ${condition} and resolved_at is null
  `);
  return rowCount === 1;
}

/** The open conditions of several things. */
export async function openConditions(
  db: Db,
  things: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ condition: string }>(sql`
    select condition
      from alerts
     where resolved_at is null
       and split_part(condition, ':', 1) = any (${things}::text[])
  `);
  return new Set(rows.map((row) => row.condition));
}

/** Open alerts of a condition, or of all conditions of a thing. */
export const alertsOpen = (condition: string): Sql => sql`
    select from alerts where (condition = ${condition} or starts_with(condition, ${`${condition}:`})) and resolved_at is null
`;

/** The condition is over, or all conditions of the thing: nobody further up the ladder is told. */
export async function resolveAlerts(db: Db, condition: string): Promise<void> {
  await db.query(sql`
    update alerts
       set resolved_at = clock_timestamp(), next_at = null
     where (condition = ${condition} or starts_with(condition, ${`${condition}:`}))
       and resolved_at is null
  `);
}

/** A departure was taken back: what alerted about its steps and questions matters no longer. */
export async function resolveCaseAlerts(db: Db, caseId: string): Promise<void> {
  await db.query(sql`
    update alerts
       set resolved_at = clock_timestamp(), next_at = null
     where case_id = ${caseId}
       and resolved_at is null
  `);
}

/** No departure is held back any more, so that the next one is told anew. */
export async function resolveGuardAlerts(db: Db): Promise<void> {
  await db.query(sql`
    update alerts
       set resolved_at = clock_timestamp(), next_at = null
     where kind = 'guard.tripped'
       and resolved_at is null
       and not exists (select from cases where 'quarantined' in (state, state_before_pause))
  `);
}

export async function loadAlert(db: Db, id: string): Promise<AlertRow | null> {
  const { rows } = await db.query<AlertRow>(sql`
    select id, condition, kind, title, body, case_id as "caseId", step_id as "stepId", connection_id as "connectionId",
           ${isConfidential} as confidential, times, level, opened_at as "openedAt", next_at as "nextAt",
           resolved_at as "resolvedAt", acknowledged_by as "acknowledgedBy",
           acknowledged_at as "acknowledgedAt"
      from alerts
     where id = ${id}
  `);
  return rows[0] ?? null;
}

/** Open alerts first, newest first. */
export async function listAlerts(db: Db, limit: number): Promise<readonly AlertRow[]> {
  const { rows } = await db.query<AlertRow>(sql`
    select id, condition, kind, title, body, case_id as "caseId", step_id as "stepId", connection_id as "connectionId",
           ${isConfidential} as confidential, times, level, opened_at as "openedAt", next_at as "nextAt",
           resolved_at as "resolvedAt", acknowledged_by as "acknowledgedBy",
           acknowledged_at as "acknowledgedAt"
      from alerts
     order by resolved_at is not null, opened_at desc
     limit ${limit}
  `);
  return rows;
}

/**
 * Takes the telling of an alert on itself for a while, so that no two workers tell the same
 * people at once. Null: resolved, seen to, not due, or somebody else is at it.
 */
export async function takeAlert(
  db: Db,
  it: { alertId: string; forMs: number },
): Promise<AlertRow | null> {
  const { rowCount } = await db.query(sql`
    update alerts
       set next_at = clock_timestamp() + make_interval(secs => ${it.forMs / 1_000})
     where id = ${it.alertId}
       and resolved_at is null
       and acknowledged_at is null
       and next_at <= clock_timestamp()
  `);
  return rowCount === 1 ? loadAlert(db, it.alertId) : null;
}

/** Climbs the ladder: `level` rungs have been told, the next one follows at `nextAt`, if at all. */
export async function climb(
  db: Db,
  it: { alertId: string; level: number; nextAt: Date | null },
): Promise<void> {
  await db.query(sql`
    with climbed as (
      update alerts
         set level = ${it.level}, next_at = ${it.nextAt}
       where id = ${it.alertId}
         and resolved_at is null
         and acknowledged_at is null
      returning id, next_at
    )
    select wake_alert(id, next_at) from climbed where next_at is not null
  `);
}

/** Open alerts whose moment to be told has come: what the sweep wakes. */
export const alertsDue = sql`
    select id from alerts where resolved_at is null and next_at < clock_timestamp() - interval '1 second' limit 100
`;

export async function dueAlerts(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(alertsDue);
  return rows.map((row) => row.id);
}

export interface AlertMessageKey {
  readonly alertId: string;
  readonly level: number;
  readonly channel: 'mail' | 'webhook' | 'chat';
  readonly recipient: string;
}

/** Whether this message has gone out already. */
export async function alertMessageSent(db: Db, it: AlertMessageKey): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select
      from alert_messages
     where alert_id = ${it.alertId}
       and level = ${it.level}
       and channel = ${it.channel}
       and recipient = ${it.recipient}
       and sent_at is not null
  `);
  return rowCount === 1;
}

/** Notes an attempt to tell somebody; `error` null: it went out. */
export async function noteAlertMessage(
  db: Db,
  it: AlertMessageKey & { error: string | null },
): Promise<void> {
  await db.query(sql`
    insert into alert_messages as told (alert_id, level, channel, recipient, attempts, sent_at, last_error)
    values (${it.alertId}, ${it.level}, ${it.channel}, ${it.recipient}, 1,
            case when ${it.error}::text is null then clock_timestamp() end, ${it.error})
        on conflict (alert_id, level, channel, recipient) do update
       set attempts = told.attempts + 1, sent_at = excluded.sent_at, last_error = excluded.last_error
  `);
}

export async function wakeAlert(db: Db, id: string, inMs = 0): Promise<void> {
  await db.query(
    sql`select wake_alert(${id}, clock_timestamp() + make_interval(secs => ${inMs / 1_000}))`,
  );
}
