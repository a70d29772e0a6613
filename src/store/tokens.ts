import { type Db, sql } from './sql.ts';

export interface TokenRow {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export async function addToken(
  db: Db,
  it: { id: string; secretHash: Buffer; userId: string; name: string; expiresAt: Date },
): Promise<void> {
  await db.query(sql`
    insert into tokens (id, secret_hash, user_id, name, expires_at)
    values (${it.id}, ${it.secretHash}, ${it.userId}, ${it.name}, ${it.expiresAt})
  `);
}

/** The token with this id that is still good, with its hash and its user; notes the use once a minute. */
export async function useToken(
  db: Db,
  id: string,
): Promise<{ secretHash: Buffer; userId: string; expiresAt: Date } | null> {
  const { rows } = await db.query<{
    secretHash: Buffer;
    userId: string;
    expiresAt: Date;
    stale: boolean;
  }>(sql`
    select secret_hash as "secretHash", user_id as "userId", expires_at as "expiresAt",
           coalesce(last_used_at < now() - interval '1 minute', true) as stale
      from tokens
     where id = ${id}
       and revoked_at is null
       and expires_at > now()
  `);
  const found = rows[0];
  if (!found) return null;
  if (found.stale) await db.query(sql`update tokens set last_used_at = now() where id = ${id}`);
  const { stale: _, ...token } = found;
  return token;
}

export async function listTokens(db: Db, userId: string | null): Promise<readonly TokenRow[]> {
  const { rows } = await db.query<TokenRow>(sql`
    select id, user_id as "userId", name, created_at as "createdAt", expires_at as "expiresAt",
           revoked_at as "revokedAt", last_used_at as "lastUsedAt"
      from tokens
     where (${userId}::text is null or user_id = ${userId})
     order by created_at desc
  `);
  return rows;
}

/** False: there is no such token, or it is revoked already. */
export async function revokeToken(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update tokens set revoked_at = now() where id = ${id} and revoked_at is null
  `);
  return rowCount === 1;
}

/** Revokes what is still good of one user's tokens. Says which. */
export async function revokeTokensOf(db: Db, userId: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    update tokens
       set revoked_at = now()
     where user_id = ${userId}
       and revoked_at is null
       and expires_at > now()
    returning id
  `);
  return rows.map((it) => it.id);
}
