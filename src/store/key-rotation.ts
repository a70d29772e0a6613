import type { Purpose } from './key-files.ts';
import type { Keyring } from './keys.ts';
import { type Db, type Sql, sql } from './sql.ts';

/**
 * A key-encryption key is replaced in two moves: the database says that another one is in use, and what was sealed
 * under the old one is sealed anew, piece by piece, while everything goes on. Each piece opens at any time, since its
 * first bytes say under which of the keys it is. Secrets themselves stay as they are; only their data keys are wrapped anew.
 */

/** A key as the database knows it, with how much is sealed under it. */
export interface KnownKey {
  readonly purpose: Purpose;
  readonly kekId: string;
  readonly state: 'active' | 'decrypt-only' | 'destroyed';
  readonly sealed: number;
}

/** All keys there have been. Asked by an administrator: each role sees only what is its own. */
export async function knownKeys(db: Db): Promise<readonly KnownKey[]> {
  const { rows } = await db.query<KnownKey>(sql`
    with sealed as (
      select kek_id as id from secret.dek
      union all
      select encode(substring(wrapped from 2 for 16), 'hex')::uuid from secret.inbox_key
      union all
      select encode(substring(wrapped from 2 for 16), 'hex')::uuid from ledger.subject_key where wrapped is not null
    ), counted as (
      select id, count(*)::int from sealed group by id
    )
    select purpose, kek_id as "kekId", state, coalesce(count, 0) as sealed
      from secret.kek
      left join counted on counted.id = kek_id
     order by purpose, state, kek_id
  `);
  return rows;
}

/** The keys without which something in the database cannot be opened, or will not be soon. */
export async function keysInUse(db: Db): Promise<readonly KnownKey[]> {
  return (await knownKeys(db)).filter((it) => it.state === 'active' || it.sealed > 0);
}

/** From here on `kekId` is in use, and the one before only opens. In a transaction of an administrator. */
export async function replaceKey(
  tx: Db,
  { purpose, kekId, ref }: { purpose: Purpose; kekId: string; ref: string },
): Promise<void> {
  await tx.query(sql`
    update secret.kek set state = 'decrypt-only' where purpose = ${purpose} and state = 'active'
  `);
  await tx.query(sql`
    insert into secret.kek (kek_id, purpose, provider, ref, state)
    values (${kekId}, ${purpose}, 'file', ${ref}, 'active')
        on conflict (kek_id) do update set state = 'active', ref = excluded.ref
  `);
}

interface Piece {
  readonly id: string;
  readonly wrapped: Buffer;
}

interface Place {
  /** Up to `limit` pieces under the key `old`, locked; what another transaction holds is left for later. */
  pieces(old: string, limit: number): Sql;
  sealed(it: Piece, kekId: string): Sql;
}

const dataKeys: Place = {
  pieces: (old, limit) => sql`
    select dek_id as id, wrapped from secret.dek where kek_id = ${old} limit ${limit} for no key update skip locked
  `,
  sealed: ({ id, wrapped }, kekId) => sql`
    update secret.dek set kek_id = ${kekId}, wrapped = ${wrapped} where dek_id = ${id}
  `,
};
const inboxes: Place = {
  pieces: (old, limit) => sql`
    select key_id as id, wrapped
      from secret.inbox_key
     where substring(wrapped from 2 for 16) = uuid_send(${old}::uuid)
     limit ${limit} for no key update skip locked
  `,
  sealed: ({ id, wrapped }) => sql`
    update secret.inbox_key set wrapped = ${wrapped} where key_id = ${id}
  `,
};
/** Of somebody who is erased meanwhile there is no key any more. */
const people: Place = {
  pieces: (old, limit) => sql`
    select subject as id, wrapped
      from ledger.subject_key
     where substring(wrapped from 2 for 16) = uuid_send(${old}::uuid)
     limit ${limit} for no key update skip locked
  `,
  sealed: ({ id, wrapped }) => sql`
    update ledger.subject_key set wrapped = ${wrapped} where subject = ${id} and wrapped is not null
  `,
};

const placesOf: Record<Purpose, readonly Place[]> = {
  connection: [dataKeys, inboxes],
  web: [dataKeys],
  signing: [dataKeys],
  subject: [people],
};

/**
 * Seals up to `limit` pieces under the key that is in use, which the keyring must be using. Returns how many; 0: there
 * are none, or others hold them. In a transaction of the role that may open them.
 */
export async function sealAnew(
  tx: Db,
  keyring: Keyring,
  { purpose, old, limit }: { purpose: Purpose; old: string; limit: number },
): Promise<number> {
  let count = 0;
  for (const place of placesOf[purpose]) {
    const { rows } = await tx.query<Piece>(place.pieces(old, limit - count));
    for (const { id, wrapped } of rows) {
      const bytes = await keyring.unwrap(purpose, id, wrapped);
      const anew = await keyring.wrap(purpose, id, bytes);
      bytes.fill(0);
      await tx.query(place.sealed({ id, wrapped: anew.wrapped }, anew.kekId));
    }
    count += rows.length;
  }
  return count;
}
