import { type Db, sql } from './sql.ts';

/** A passkey of one of our users. */
export interface PasskeyRow {
  readonly id: string;
  readonly version: number;
  readonly userId: string;
  readonly name: string;
  readonly credentialId: Buffer;
  /** COSE. */
  readonly publicKey: Buffer;
  /** Of the authenticator; 0 where it keeps none. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly registeredAt: Date;
  readonly lastUsedAt: Date | null;
  readonly removedAt: Date | null;
  /** Registered with a key of the API: it approves, and lets nobody in. */
  readonly byKey: boolean;
}

/** Those that are still good, the oldest first. */
export async function passkeysOf(db: Db, userId: string): Promise<readonly PasskeyRow[]> {
  const { rows } = await db.query<PasskeyRow>(sql`
    select * from passkey_view where "userId" = ${userId} and "removedAt" is null order by "registeredAt", id
  `);
  return rows;
}

/** The passkey with this credential id; null where it was removed, or never was. */
export async function passkeyNamed(db: Db, credentialId: Buffer): Promise<PasskeyRow | null> {
  const { rows } = await db.query<PasskeyRow>(sql`
    select * from passkey_view where "credentialId" = ${credentialId} and "removedAt" is null
  `);
  return rows[0] ?? null;
}

/** False: that credential is known already. */
export async function addPasskey(
  db: Db,
  it: Pick<
    PasskeyRow,
    'id' | 'userId' | 'name' | 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'byKey'
  >,
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    insert into passkeys (id, version, user_id, name, credential_id, public_key, counter, transports, by_key)
    values (${it.id}, 1, ${it.userId}, ${it.name}, ${it.credentialId}, ${it.publicKey}, ${it.counter},
            ${it.transports}::text[], ${it.byKey})
        on conflict (credential_id) do nothing
  `);
  return rowCount === 1;
}

/** Remembers that it signed. False: its counter went back, as that of a copy would. */
export async function notePasskeyUse(
  db: Db,
  it: { id: string; counter: number },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update passkeys
       set counter = ${it.counter}, last_used_at = clock_timestamp()
     where id = ${it.id}
       and removed_at is null
       and (counter < ${it.counter} or (counter = 0 and ${it.counter} = 0))
  `);
  return rowCount === 1;
}

/** Ends a passkey. Null: it was removed already. */
export async function removePasskey(db: Db, id: string): Promise<{ version: number } | null> {
  const { rows } = await db.query<{ version: number }>(sql`
    update passkeys
       set version = version + 1, removed_at = clock_timestamp(), told_at = null
     where id = ${id}
       and removed_at is null
    returning version
  `);
  return rows[0] ?? null;
}

/** Passkeys that came or went, and whose owner has not been told. */
export const passkeysUntold = sql`
    select * from passkey_view where "toldAt" is null order by "registeredAt" limit 50
`;

export async function untoldPasskeys(db: Db): Promise<readonly PasskeyRow[]> {
  const { rows } = await db.query<PasskeyRow>(passkeysUntold);
  return rows;
}

export async function notePasskeyTold(db: Db, it: { id: string; version: number }): Promise<void> {
  await db.query(sql`
    update passkeys set told_at = clock_timestamp() where id = ${it.id} and version = ${it.version}
  `);
}

/** What an authenticator is asked to sign, by whom and what for. `userId` null: by whoever signs in with it. */
export interface Challenge {
  readonly challenge: string;
  readonly userId: string | null;
  readonly purpose: 'own-passkeys' | 'sign-in' | 'step-up';
}

/** Keeps what an authenticator is about to sign, and forgets what ran out. */
export async function keepChallenge(db: Db, it: Challenge & { forMs: number }): Promise<void> {
  await db.query(sql`delete from passkey_challenges where expires_at < clock_timestamp()`);
  await db.query(sql`
    insert into passkey_challenges (challenge, user_id, purpose, expires_at)
    values (${it.challenge}, ${it.userId}, ${it.purpose},
            clock_timestamp() + make_interval(secs => ${it.forMs / 1_000}))
  `);
}

/** Takes a challenge: it is good once. False: never given out to this user, used, or too old. */
export async function takeChallenge(db: Db, it: Challenge): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    delete from passkey_challenges
     where challenge = ${it.challenge}
       and user_id is not distinct from ${it.userId}
       and purpose = ${it.purpose}
       and expires_at > clock_timestamp()
  `);
  return rowCount === 1;
}

/** What the record says of a row: who wrote the row cannot write that. */
export interface Recorded {
  /** Of the fact, as it stands in the leaf. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Recorded for 24 hours, or within the first 24 of this installation. */
  readonly isOldEnough: boolean;
}

/** The fact that accounts for one version of a row; null while the record does not hold it. */
export async function recordedFact(
  db: Db,
  it: { table: 'approvals' | 'passkeys' | 'users'; id: string; version: number },
): Promise<Recorded | null> {
  const { rows } = await db.query<Recorded & { type: string }>(sql`
    select fact ->> 'type' as type, fact -> 'data' as data,
           entry.integrated_at <= clock_timestamp() - interval '24 hours'
             or entry.integrated_at <= installation.created_at + interval '24 hours' as "isOldEnough"
      from ledger.entry,
           lateral cast(convert_from(entry.leaf, 'UTF8') as jsonb) as fact,
           installation
     where entry.row_key = ${`${it.table}/${it.id}@${it.version}`}
  `);
  return rows[0] ?? null;
}
