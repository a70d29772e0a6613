import { type AllowedRate, paceWithin } from '#core/connection.ts';
import { type Db, type Sql, sql } from './sql.ts';

/*
 * Where a connection may be asked so many times a second, all who ask stand in one line, which the database keeps for
 * every worker. A turn moves its end on by the requests that are expected of it; what was made beyond that, and what is
 * asked by those who take no turn, moves the whole line, and everybody who waits in it.
 */

/** A turn in the line of a connection. */
export interface Turn {
  readonly at: Date;
  /** How many requests the line has moved on by for it. */
  readonly pays: number;
}

const secondsFor = (requests: number): Sql =>
  sql`make_interval(secs => ${requests}::float8 / h.rate_per_second)`;

/** Where an idle line ends: so far behind as may be asked at once. */
const end = sql`greatest(h.next_slot_at, clock_timestamp() - h.moved - h.leeway)`;

/**
 * Has a step that is due stand in line in a connection with a rate limit, and answers when its turn is; an urgent one
 * goes at once, and all others wait for it. Null: somebody else moves the step, or has stood in line for it.
 *
 * Never in a transaction that does more: many share the end of one line.
 */
export async function takeTurn(
  db: Db,
  { stepId, pays }: { stepId: string; pays: number },
): Promise<Turn | null> {
  const { rows } = await db.query<{ at: Date }>(sql`
    with step as (
      select s.id, s.connection_id, s.priority < 100 as urgent
        from steps s
       where s.id = ${stepId}
         and s.slot_for is distinct from s.wake_at
         for no key update of s skip locked
    ), line as (
      update connection_health h
         set next_slot_at = ${end} + case when step.urgent then interval '0' else ${secondsFor(pays)} end,
             moved = h.moved + case when step.urgent then ${secondsFor(pays)} else interval '0' end
        from step
       where h.connection_id = step.connection_id
         and h.rate_per_second is not null
      returning h.moved,
                case when step.urgent then clock_timestamp() - h.moved
                     else greatest(h.next_slot_at - ${secondsFor(pays)}, clock_timestamp() - h.moved)
                end as slot
    )
    update steps
       set slot_at = line.slot, slot_for = steps.wake_at, slot_pays = ${pays}
      from step, line
     where steps.id = step.id
    returning line.slot + line.moved as at
  `);
  return rows[0] ? { at: rows[0].at, pays } : null;
}

/** A turn counts once: a step whose pass came to nothing, and that is still due, stands in line again. */
export async function giveUpTurn(db: Db, stepId: string): Promise<void> {
  await db.query(sql`update steps set slot_for = null where id = ${stepId} and slot_for = wake_at`);
}

/** Moves a line on by requests that nobody has paid for by a turn; back, by those that were paid for and not made. */
export async function moveLine(
  db: Db,
  { connectionId, requests }: { connectionId: string; requests: number },
): Promise<void> {
  await db.query(sql`
    update connection_health h
       set next_slot_at = ${end}, moved = h.moved + ${secondsFor(requests)}
     where h.connection_id = ${connectionId}
       and h.rate_per_second is not null
  `);
}

/** Puts rates in force: what a person has set, or else what the vendor allows. */
export async function keepRates(
  db: Db,
  all: readonly { connectionId: string; allowed: AllowedRate | null }[],
): Promise<void> {
  const paces = all.map(({ allowed }) => allowed && paceWithin(allowed));
  await db.query(sql`
    update connection_health h
       set rate_per_second = coalesce(c.rate_per_second, it.per_second),
           leeway = make_interval(secs => case when c.rate_per_second is null then coalesce(it.leeway, 0) else 0 end)
      from unnest(${all.map((it) => it.connectionId)}::text[], ${paces.map((it) => it?.perSecond ?? null)}::float8[],
                  ${paces.map((it) => it?.leewaySeconds ?? null)}::float8[]) as it (id, per_second, leeway)
      join connections c on c.id = it.id
     where h.connection_id = c.id
  `);
}
