import { type Db, sql } from './sql.ts';

export interface UserPassword {
  readonly hash: string;
  /** Which version of the sealed secret the codes are made from. */
  readonly totpVersion: number;
  readonly setAt: Date;
}

export async function passwordOf(db: Db, userId: string): Promise<UserPassword | null> {
  const { rows } = await db.query<UserPassword>(sql`
    select hash, totp_version as "totpVersion", set_at as "setAt"
      from user_passwords
     where user_id = ${userId}
  `);
  return rows[0] ?? null;
}

/** Keeps a password in the place of the one before. `step` is that of the code that came with it. */
export async function savePassword(
  db: Db,
  it: { userId: string; hash: string; totpVersion: number; step: number },
): Promise<void> {
  await db.query(sql`
    insert into user_passwords (user_id, hash, totp_version, last_step)
    values (${it.userId}, ${it.hash}, ${it.totpVersion}, ${it.step})
        on conflict (user_id) do update
       set hash = excluded.hash, totp_version = excluded.totp_version, last_step = excluded.last_step,
           set_at = clock_timestamp()
  `);
}

/** False: there was none. */
export async function dropPassword(db: Db, userId: string): Promise<boolean> {
  const { rowCount } = await db.query(sql`delete from user_passwords where user_id = ${userId}`);
  return rowCount === 1;
}

/** Uses the code of a step up. False: it was used already, or the secret is another one now. */
export async function useCode(
  db: Db,
  it: { userId: string; step: number; totpVersion: number },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update user_passwords
       set last_step = ${it.step}
     where user_id = ${it.userId}
       and totp_version = ${it.totpVersion}
       and last_step < ${it.step}
  `);
  return rowCount === 1;
}
