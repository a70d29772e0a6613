import { type Db, sql } from './sql.ts';

/** What a link that signs in is for: the first start, or somebody who cannot sign in otherwise. */
export type SignInMethod = 'claim' | 'link';

/** Keeps a link, and forgets those that ran out. Says when this one does. */
export async function addSignInLink(
  db: Db,
  it: { id: string; tokenHash: Buffer; userId: string; method: SignInMethod },
): Promise<Date> {
  await db.query(sql`delete from sign_in_links where expires_at < clock_timestamp()`);
  const { rows } = await db.query<{ expiresAt: Date }>(sql`
    insert into sign_in_links (id, token_hash, user_id, method)
    values (${it.id}, ${it.tokenHash}, ${it.userId}, ${it.method})
    returning expires_at as "expiresAt"
  `);
  return rows[0]!.expiresAt;
}

/** Takes a link: it is good once. Null: there is none, it was used, or it ran out. */
export async function takeSignInLink(
  db: Db,
  tokenHash: Buffer,
): Promise<{ readonly userId: string; readonly method: SignInMethod } | null> {
  const { rows } = await db.query<{ userId: string; method: SignInMethod; good: boolean }>(sql`
    delete from sign_in_links
     where token_hash = ${tokenHash}
    returning user_id as "userId", method, expires_at > clock_timestamp() as good
  `);
  const found = rows[0];
  return found?.good ? { userId: found.userId, method: found.method } : null;
}

/** What was made for a user is good no longer. */
export async function dropSignInLinks(db: Db, userId: string): Promise<void> {
  await db.query(sql`delete from sign_in_links where user_id = ${userId}`);
}
