import { type Db, sql } from './sql.ts';

/** Somebody at an identity provider. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

export interface KnownIdentity extends Identity {
  readonly userId: string;
  /** Let in by a group: roles follow the groups. */
  readonly managed: boolean;
}

export async function identityOf(db: Db, it: Identity): Promise<KnownIdentity | null> {
  const { rows } = await db.query<KnownIdentity>(sql`
    select issuer, subject, user_id as "userId", managed
      from user_identities
     where issuer = ${it.issuer}
       and subject = ${it.subject}
  `);
  return rows[0] ?? null;
}

/** False: that identity is somebody's already. */
export async function addIdentity(db: Db, it: KnownIdentity): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    insert into user_identities (issuer, subject, user_id, managed)
    values (${it.issuer}, ${it.subject}, ${it.userId}, ${it.managed})
        on conflict do nothing
  `);
  return rowCount === 1;
}

/** A sign-in between its start here and its way back from the provider. */
export interface UnderWay {
  readonly nonce: string;
  readonly verifier: string;
  readonly goesTo: string;
  readonly linkTo: string | null;
}

export async function keepUnderWay(
  db: Db,
  it: UnderWay & { state: Buffer; browser: Buffer },
): Promise<void> {
  await db.query(sql`delete from sign_ins_under_way where expires_at < clock_timestamp()`);
  await db.query(sql`
    insert into sign_ins_under_way (state, browser, nonce, verifier, goes_to, link_to)
    values (${it.state}, ${it.browser}, ${it.nonce}, ${it.verifier}, ${it.goesTo}, ${it.linkTo})
  `);
}

/** Takes it, once. Null: there is none, it is over, or another browser began it. */
export async function takeUnderWay(
  db: Db,
  it: { state: Buffer; browser: Buffer },
): Promise<UnderWay | null> {
  const { rows } = await db.query<UnderWay>(sql`
    delete from sign_ins_under_way
     where state = ${it.state}
       and browser = ${it.browser}
       and expires_at > clock_timestamp()
    returning nonce, verifier, goes_to as "goesTo", link_to as "linkTo"
  `);
  return rows[0] ?? null;
}

export async function noteTried(db: Db, settings: Buffer): Promise<void> {
  await db.query(
    sql`insert into single_sign_on_tried (settings) values (${settings}) on conflict do nothing`,
  );
}

export async function wasTried(db: Db, settings: Buffer): Promise<boolean> {
  const { rowCount } = await db.query(
    sql`select from single_sign_on_tried where settings = ${settings}`,
  );
  return rowCount === 1;
}

/** Binds a session to that of the provider, which may end it. */
export async function bindSession(
  db: Db,
  it: Identity & { tokenHash: Buffer; providerSession: string | null },
): Promise<void> {
  await db.query(sql`
    update sessions
       set issuer = ${it.issuer}, subject = ${it.subject}, provider_session = ${it.providerSession}
     where token_hash = ${it.tokenHash}
  `);
}

/** The sessions that a provider means: one of its own, or all of somebody. */
export async function sessionsAtProvider(
  db: Db,
  it: { issuer: string; subject: string | null; providerSession: string | null },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    select id
      from sessions
     where issuer = ${it.issuer}
       and ended_at is null
       and (${it.subject}::text is null or subject = ${it.subject})
       and (${it.providerSession}::text is null or provider_session = ${it.providerSession})
  `);
  return rows.map((row) => row.id);
}

/** False: a token with this name has been used. */
export async function takeLogoutToken(db: Db, jti: string): Promise<boolean> {
  await db.query(sql`delete from logout_tokens where expires_at < clock_timestamp()`);
  const { rowCount } = await db.query(
    sql`insert into logout_tokens (jti) values (${jti}) on conflict do nothing`,
  );
  return rowCount === 1;
}
