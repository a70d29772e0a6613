import { type Db, sql } from './sql.ts';

/** Somebody came in by an account that is for the day on which nothing else works. */
export interface BreakGlassUse {
  readonly sessionId: string;
  readonly userId: string;
  readonly at: Date;
}

export async function addBreakGlassUse(
  db: Db,
  it: Pick<BreakGlassUse, 'sessionId' | 'userId'>,
): Promise<void> {
  await db.query(sql`
    insert into break_glass_uses (session_id, user_id) values (${it.sessionId}, ${it.userId})
  `);
}

/** Those that somebody has to be told of, or that may have ended. */
export const breakGlassUsed = sql`select from break_glass_uses where over_at is null`;

/** Those of which nobody has been told. */
export async function untoldBreakGlass(db: Db): Promise<readonly BreakGlassUse[]> {
  const { rows } = await db.query<BreakGlassUse>(sql`
    select session_id as "sessionId", user_id as "userId", at
      from break_glass_uses
     where over_at is null
       and told_at is null
     order by at
  `);
  return rows;
}

export async function noteBreakGlassTold(db: Db, sessionId: string): Promise<void> {
  await db.query(
    sql`update break_glass_uses set told_at = clock_timestamp() where session_id = ${sessionId}`,
  );
}

/** Ends those that were told of and whose sessions have ended. Says whose they were. */
export async function endBreakGlass(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ sessionId: string }>(sql`
    update break_glass_uses
       set over_at = clock_timestamp()
     where over_at is null
       and told_at is not null
       and session_id not in (select id from live_session)
    returning session_id as "sessionId"
  `);
  return rows.map((it) => it.sessionId);
}
