import type { Capability } from '#core/capability.ts';
import { type Db, sql } from './sql.ts';

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

/** What only ends access may be done at the pace of a layoff that was approved; what destroys may not. */
export const isReversible = (capability: Capability): boolean => capability === 'account.suspend';

export async function spentInHour(db: Db, it: Spender): Promise<Spent> {
  const { rows } = await db.query<Spent & { count: number }>(sql`
    select count(*)::int as count, min("callStartedAt") + interval '1 hour' as "freeAt"
      from work_view
     where "connectionId" = ${it.connectionId}
       and capability = ${it.capability}
       and "undoOf" is null
       and id <> ${it.stepId}
       and not (${isReversible(it.capability)} and "hasOwnBudget")
       and "callStartedAt" > clock_timestamp() - interval '1 hour'
  `);
  return rows[0]!;
}

/** {@link spentInHour}, with nobody else beginning such a call until this transaction ends. */
export async function lockSpent(db: Db, it: Spender): Promise<Spent> {
  const name = `budget:${it.connectionId}:${it.capability}`;
  await db.query(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
  return spentInHour(db, it);
}
