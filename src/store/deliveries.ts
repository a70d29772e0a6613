import { isQueued } from './liveness.ts';
import { type Db, sql } from './sql.ts';

/** One thing a source told us, as it came. */
export interface DeliveryRow {
  readonly id: string;
  readonly source: string;
  readonly messageId: string;
  readonly body: Buffer;
  readonly receivedAt: Date;
  /** The user, for requests through the API. */
  readonly askedBy: string | null;
  readonly outcome: 'received' | 'handled' | 'rejected' | 'waiting';
  readonly detail: string | null;
  readonly caseId: string | null;
  readonly attempts: number;
}

/** Keeps a delivery and wakes intake. False: the source repeats itself. */
export async function keepDelivery(
  db: Db,
  it: {
    id: string;
    source: string;
    messageId: string;
    body: Uint8Array;
    askedBy: string | null;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    with kept as (
      insert into deliveries (id, source, message_id, body, body_sha256, asked_by)
      values (${it.id}, ${it.source}, ${it.messageId}, ${Buffer.from(it.body)}, sha256(${Buffer.from(it.body)}), ${it.askedBy})
          on conflict (source, message_id) do nothing
      returning id
    )
    select wake_delivery(id, clock_timestamp()) from kept
  `);
  return rowCount === 1;
}

/**
 * A hint came in the same words as one before it. It may tell of another change since, so whoever it is about
 * is read once more, also where the reading of the first is under way.
 */
export async function repeatHint(db: Db, it: { source: string; messageId: string }): Promise<void> {
  await db.query(sql`
    with repeated as (
      update deliveries
         set received_at = clock_timestamp(), next_at = clock_timestamp(),
             outcome = case outcome when 'handled' then 'received' else outcome end
       where source = ${it.source}
         and message_id = ${it.messageId}
         and outcome <> 'rejected'
      returning id
    )
    select wake_delivery(id, clock_timestamp()) from repeated
  `);
}

export async function loadDelivery(db: Db, id: string): Promise<DeliveryRow | null> {
  const { rows } = await db.query<DeliveryRow>(sql`
    select id, source, message_id as "messageId", body, received_at as "receivedAt", asked_by as "askedBy", outcome,
           detail, case_id as "caseId", attempts
      from deliveries
     where id = ${id}
  `);
  return rows[0] ?? null;
}

/** Locks a delivery that is still to be handled. Null: done, or another worker has it. */
export async function takeDelivery(db: Db, id: string): Promise<DeliveryRow | null> {
  const { rows } = await db.query<DeliveryRow>(sql`
    select id, source, message_id as "messageId", body, received_at as "receivedAt", asked_by as "askedBy", outcome,
           detail, case_id as "caseId", attempts
      from deliveries
     where id = ${id}
       and outcome in ('received', 'waiting')
       for update skip locked
  `);
  return rows[0] ?? null;
}

/** Ends a delivery: handled, or signed but not readable. */
export async function closeDelivery(
  db: Db,
  it: { id: string; outcome: 'handled' | 'rejected'; detail: string; caseId: string | null },
): Promise<void> {
  await db.query(sql`
    update deliveries
       set outcome = ${it.outcome}, detail = ${it.detail}, case_id = ${it.caseId}, handled_at = clock_timestamp(), next_at = null
     where id = ${it.id}
  `);
}

/** The source could not be read just now; look again later. */
export async function postponeDelivery(
  db: Db,
  it: { id: string; detail: string; nextAt: Date },
): Promise<void> {
  await db.query(sql`
    with postponed as (
      update deliveries
         set outcome = 'waiting', detail = ${it.detail}, attempts = attempts + 1, next_at = ${it.nextAt}
       where id = ${it.id}
      returning id, next_at
    )
    select wake_delivery(id, next_at) from postponed
  `);
}

/** Deliveries whose moment has come, and for which no job stands: what the sweep wakes. */
export async function dueDeliveries(db: Db, leaseMs: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    select id
      from deliveries
     where outcome in ('received', 'waiting')
       and next_at < clock_timestamp() - interval '1 second'
       and not ${isQueued(sql`'delivery:' || deliveries.id`, leaseMs)}
     limit 100
  `);
  return rows.map((row) => row.id);
}

export async function wakeDelivery(db: Db, id: string): Promise<void> {
  await db.query(sql`select wake_delivery(${id}, clock_timestamp())`);
}
