import { type Db, sql } from './sql.ts';

/** How somebody showed who they are; stands in the record with all they do. */
export type SessionAuth = 'oidc' | 'oidc+webauthn' | 'webauthn' | 'password+totp' | 'link';

/** A session that is good now. Its secret is known to the browser alone. */
export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly auth: SessionAuth;
  readonly createdAt: Date;
  readonly usedAt: Date;
  /** When it ends unless it is used before; never more than eight hours after it began. */
  readonly expiresAt: Date;
  /** Until when a signature of theirs counts; null: none does now. */
  readonly steppedUpUntil: Date | null;
  /** Whether it began within the last 15 minutes. */
  readonly isFresh: boolean;
}

/** Begins a session, and forgets those that ended long ago. */
export async function addSession(
  db: Db,
  it: { id: string; tokenHash: Buffer; userId: string; auth: SessionAuth; steppedUp: boolean },
): Promise<void> {
  await db.query(sql`delete from sessions where expires_at < clock_timestamp() - interval '1 day'`);
  await db.query(sql`
    insert into sessions (id, token_hash, user_id, auth, stepped_up_at)
    values (${it.id}, ${it.tokenHash}, ${it.userId}, ${it.auth},
            case when ${it.steppedUp} then clock_timestamp() end)
  `);
}

/** The session with this secret, if it is good. */
export async function sessionWith(db: Db, tokenHash: Buffer): Promise<SessionRow | null> {
  const { rows } = await db.query<SessionRow>(sql`
    select id, "userId", auth, "createdAt", "usedAt", "expiresAt", "steppedUpUntil", "isFresh"
      from live_session
     where "tokenHash" = ${tokenHash}
  `);
  return rows[0] ?? null;
}

/** Those of one user that are good, the newest first. */
export async function sessionsOf(db: Db, userId: string): Promise<readonly SessionRow[]> {
  const { rows } = await db.query<SessionRow>(sql`
    select id, "userId", auth, "createdAt", "usedAt", "expiresAt", "steppedUpUntil", "isFresh"
      from live_session
     where "userId" = ${userId}
     order by "createdAt" desc, id
  `);
  return rows;
}

/** Its time to be idle begins anew. One that ended meanwhile stays ended. */
export async function noteSessionUse(db: Db, id: string): Promise<void> {
  await db.query(sql`
    update sessions set used_at = clock_timestamp()
     where id = ${id}
       and ended_at is null
       and used_at < clock_timestamp() - interval '10 seconds'
  `);
}

/** After a signature of its owner the session goes on under another secret. False: it ended meanwhile. */
export async function stepUpSession(
  db: Db,
  it: { id: string; tokenHash: Buffer },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update sessions
       set auth = case auth when 'oidc' then 'oidc+webauthn' else auth end,
           token_hash = ${it.tokenHash}, stepped_up_at = clock_timestamp(), used_at = clock_timestamp()
     where id = (select id from live_session where id = ${it.id})
  `);
  return rowCount === 1;
}

/** Ends sessions: one, those of one user, or all. Says whose each was, of those that were good until now. */
export async function endSessions(
  db: Db,
  which: { readonly id?: string; readonly userId?: string },
): Promise<readonly { readonly userId: string }[]> {
  const { id = null, userId = null } = which;
  const { rows } = await db.query<{ userId: string; wasGood: boolean }>(sql`
    with good as (select id from live_session)
    update sessions
       set ended_at = clock_timestamp()
     where ended_at is null
       and (${id}::text is null or id = ${id})
       and (${userId}::text is null or user_id = ${userId})
    returning user_id as "userId", id in (select id from good) as "wasGood"
  `);
  return rows.filter((it) => it.wasGood);
}
