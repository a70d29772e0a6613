import { hkdfSync } from 'node:crypto';
import { type Key, unwrapKey, uuidOf, wrapKey, wrappedUnder } from './envelope.ts';
import { KeyProblem, keyFileName, type Purpose, readKeyFiles } from './key-files.ts';
import { type Db, sql } from './sql.ts';

export { createKeyFiles, KeyProblem, type Purpose, purposes } from './key-files.ts';

/**
 * The key-encryption keys a process may use. They wrap and unwrap data keys and are never
 * handed out, so that a key service can stand in for the files.
 */
export interface Keyring {
  /** Which keys these are, by their ids; `ref` is the name of the file. */
  readonly keys: readonly KeyName[];
  /** Wraps 32 bytes that are known by the UUID `id`. */
  wrap(purpose: Purpose, id: string, bytes: Uint8Array): Promise<Wrapped>;
  /** Throws a KeyProblem when this process does not hold the key, an Error when `id` is another's. */
  unwrap(purpose: Purpose, id: string, wrapped: Uint8Array): Promise<Buffer>;
}

export interface KeyName {
  readonly purpose: Purpose;
  readonly kekId: string;
  readonly ref: string;
}

export interface Wrapped {
  readonly kekId: string;
  readonly wrapped: Buffer;
}

/** Opens the key files of `purposes`. Throws a KeyProblem for the person who starts Gatehouse. */
export async function openKeyring(folder: string, purposes: readonly Purpose[]): Promise<Keyring> {
  const files = await readKeyFiles(folder, purposes);
  const keys = new Map([...files].map(([purpose, bytes]) => [purpose, { id: idOf(bytes), bytes }]));

  function keyFor(purpose: Purpose): Key {
    const key = keys.get(purpose);
    if (key) return key;
    throw new KeyProblem(`This process was not given ${keyFileName(purpose)} and cannot use it.`);
  }

  return {
    keys: [...keys].map(([purpose, { id }]) => ({
      purpose,
      kekId: id,
      ref: keyFileName(purpose),
    })),

    async wrap(purpose, id, bytes) {
      const key = keyFor(purpose);
      return { kekId: key.id, wrapped: wrapKey(key, { id, bytes }) };
    },

    async unwrap(purpose, id, wrapped) {
      const key = keyFor(purpose);
      const under = wrappedUnder(wrapped);
      if (under !== null && under !== key.id) {
        throw new KeyProblem(
          `Something is sealed under the key ${under}, but ${keyFileName(purpose)} in ${folder} ` +
            `is ${key.id}. Put the right file back from your backup.`,
        );
      }
      const bytes = unwrapKey(key, id, wrapped);
      if (bytes) return bytes;
      throw new Error(`The key ${id} was changed in the database and cannot be unwrapped.`);
    },
  };
}

/** A key is known by what follows from it one way: a wrong file is noticed before it is used. */
const idOf = (key: Buffer): string =>
  uuidOf(new Uint8Array(hkdfSync('sha256', key, '', 'gatehouse/kek-id/v1', 16)));

/**
 * Enters the keys into the database where none is, and refuses a key that is not the one the
 * database was set up with. The first start does it as the owner; afterwards any role may.
 */
export async function registerKeys(db: Db, keyring: Keyring): Promise<void> {
  for (const key of keyring.keys) {
    const active = (await activeKey(db, key.purpose)) ?? (await registerKey(db, key));
    if (active === key.kekId) continue;
    throw new KeyProblem(
      `${key.ref} is not the key this database was set up with (it is ${key.kekId}, the database ` +
        `knows ${active}). Put the right file back from your backup, or check GATEHOUSE_KEYS.`,
    );
  }
}

/** Which keys seal now what lies in the database. */
export async function activeKeys(
  db: Db,
): Promise<readonly { readonly purpose: Purpose; readonly kekId: string }[]> {
  const { rows } = await db.query<{ purpose: Purpose; kekId: string }>(sql`
    select purpose, kek_id as "kekId" from secret.kek where state = 'active' order by purpose
  `);
  return rows;
}

async function activeKey(db: Db, purpose: Purpose): Promise<string | null> {
  const { rows } = await db.query<{ kekId: string }>(sql`
    select kek_id as "kekId" from secret.kek where purpose = ${purpose} and state = 'active'
  `);
  return rows[0]?.kekId ?? null;
}

/** Returns the active key, which is another's when somebody else was faster. */
async function registerKey(db: Db, { kekId, purpose, ref }: KeyName): Promise<string | null> {
  await db.query(sql`
    insert into secret.kek (kek_id, purpose, provider, ref, state)
    values (${kekId}, ${purpose}, 'file', ${ref}, 'active')
        on conflict do nothing
  `);
  return activeKey(db, purpose);
}
