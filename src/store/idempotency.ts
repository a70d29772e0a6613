import { type Db, sql } from './sql.ts';

/** A request that names a key, so that sending it twice does it once. */
export interface KeyedRequest {
  /** The user. */
  readonly actor: string;
  readonly key: string;
  /** Tells this request from others with the same key. */
  readonly fingerprint: string;
}

/** What was answered; `status` null: it is still being carried out. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly status: number | null;
  readonly body: unknown;
}

/**
 * Takes a key for one request. False: somebody has it. A request that has not answered for
 * so long died with its process, and may be carried out again by the same request.
 */
export async function takeKey(
  db: Db,
  it: KeyedRequest & { abandonedAfterMs: number },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    insert into idempotency as known (actor, key, fingerprint)
    values (${it.actor}, ${it.key}, ${it.fingerprint})
        on conflict (actor, key) do update
       set created_at = now()
     where known.status is null
       and known.fingerprint = excluded.fingerprint
       and known.created_at < now() - make_interval(secs => ${it.abandonedAfterMs / 1_000})
  `);
  return rowCount === 1;
}

export async function findAnswer(
  db: Db,
  it: { actor: string; key: string },
): Promise<KeptAnswer | null> {
  const { rows } = await db.query<KeptAnswer & { fingerprint: string }>(sql`
    select fingerprint, status, body from idempotency where actor = ${it.actor} and key = ${it.key}
  `);
  return rows[0] ?? null;
}

/** Keeps what was answered, for whoever asks again. */
export async function keepAnswer(
  db: Db,
  it: { actor: string; key: string; status: number; body: unknown },
): Promise<void> {
  await db.query(sql`
    update idempotency
       set status = ${it.status}, body = ${JSON.stringify(it.body)}
     where actor = ${it.actor}
       and key = ${it.key}
  `);
}

/** Gives a key back: the request may be sent again. */
export async function giveKeyBack(db: Db, it: { actor: string; key: string }): Promise<void> {
  await db.query(sql`
    delete from idempotency where actor = ${it.actor} and key = ${it.key} and status is null
  `);
}

/** Forgets answers of this age and older; they may name people. */
export async function forgetAnswers(db: Db, it: { olderThanMs: number }): Promise<void> {
  await db.query(sql`
    delete from idempotency
     where created_at < now() - make_interval(secs => ${it.olderThanMs / 1_000})
  `);
}
