import type { Capability } from '#core/capability.ts';
import { type Db, type Sql, sql } from './sql.ts';

interface Spender {
  readonly connectionId: string;
  readonly capability: Capability;
  /** Repeats of a call spend nothing. */
  readonly stepId: string;
}

/** What was begun in a connection within the last hour, other than by this step. */
export interface Spent {
  readonly count: number;
  /** When the oldest of it is an hour ago; null: nothing was begun. */
  readonly freeAt: Date | null;
}

/** Of a departure that has a budget of its own, as `work_view` tells it as well. */
const withOwn = (caseId: Sql): Sql => sql`(
  exists (select from cases c where c.id = ${caseId} and (c.departure ->> 'urgent')::boolean)
  or exists (select from bulk_people b where b.case_id = ${caseId})
  or exists (select from quarantines q where q.case_id = ${caseId} and q.released_at is not null))`;

/** What only ends access may be done at the pace of a layoff that was approved; what destroys may not. */
export const isReversible = (capability: Capability): boolean => capability === 'account.suspend';

export async function spentInHour(db: Db, it: Spender): Promise<Spent> {
  const { rows } = await db.query<Spent & { count: number }>(sql`
    select count(*)::int as count, min(l.call_started_at) + interval '1 hour' as "freeAt"
      from step_lease l
      join steps s on s.id = l.step_id
     where s.connection_id = ${it.connectionId}
       and s.capability = ${it.capability}
       and s.undo_of is null
       and s.id <> ${it.stepId}
       and ${isReversible(it.capability) ? sql`not ${withOwn(sql`s.case_id`)}` : sql`true`}
       and l.call_started_at > clock_timestamp() - interval '1 hour'
  `);
  return rows[0]!;
}

/** {@link spentInHour}, with nobody else beginning such a call until this transaction ends. */
export async function lockSpent(db: Db, it: Spender): Promise<Spent> {
  const name = `budget:${it.connectionId}:${it.capability}`;
  await db.query(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
  return spentInHour(db, it);
}
