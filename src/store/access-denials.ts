import type { Actor } from '#core/event.ts';
import { type Db, sql } from './sql.ts';

/** What one user was refused, in one quarter of an hour. */
export interface AccessDenials {
  readonly userId: string;
  readonly auth: Actor['auth'];
  /** Such as `POST /cases/:id/pause`. */
  readonly action: string;
  /** A kind of thing; or the very case, where it is one of which they need not know. */
  readonly resource: string;
  readonly isCase: boolean;
  readonly windowStarts: Date;
  /** At least 1. */
  readonly count: number;
}

export async function countDenial(
  db: Db,
  it: Omit<AccessDenials, 'windowStarts' | 'count'>,
): Promise<void> {
  await db.query(sql`
    insert into access_denials as known (user_id, auth, action, resource, is_case, window_starts, count)
    values (${it.userId}, ${it.auth}, ${it.action}, ${it.resource}, ${it.isCase},
            date_bin('15 minutes', clock_timestamp(), '2000-01-01'), 1)
        on conflict (user_id, auth, action, resource, window_starts) do update set count = known.count + 1
  `);
}

/** Takes what is over, for whoever states it in the same transaction. */
export async function takeDenials(db: Db): Promise<readonly AccessDenials[]> {
  const { rows } = await db.query<AccessDenials>(sql`
    delete from access_denials
     where window_starts <= clock_timestamp() - interval '15 minutes'
    returning user_id as "userId", auth, action, resource, is_case as "isCase",
              window_starts as "windowStarts", count
  `);
  return rows;
}
