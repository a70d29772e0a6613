import { hkdfSync } from 'node:crypto';
import { type Key, unwrapKey, uuidOf, wrapKey, wrappedUnder } from './envelope.ts';
import {
  createNextKey,
  KeyProblem,
  keyFileName,
  type Purpose,
  readKeyFiles,
  readOtherKey,
  readOtherKeys,
} from './key-files.ts';
import { type Db, sql } from './sql.ts';

export {
  createKeyFiles,
  KeyProblem,
  keyFileName,
  type Purpose,
  purposes,
} from './key-files.ts';

/**
 * The key-encryption keys a process may use. They wrap and unwrap data keys and are never
 * handed out, so that a key service can stand in for the files.
 */
export interface Keyring {
  /** Which keys these are, by their ids; `ref` is the name of the file. Of each purpose the one in use. */
  readonly keys: readonly KeyName[];
  /** The file of any key that lies in the folder, also of one replaced or to come; null: it is not there. */
  refOf(purpose: Purpose, kekId: string): Promise<string | null>;
  /** Wraps under another key of the folder from now on. False: it is not there, and all stays as it was. */
  use(purpose: Purpose, kekId: string): Promise<boolean>;
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
  const inUse = new Map<Purpose, NamedKey>(
    [...files].map(([purpose, bytes]) => [
      purpose,
      { id: idOf(bytes), bytes, ref: keyFileName(purpose) },
    ]),
  );
  // Each is good for its own purpose alone.
  const nameOf = (purpose: Purpose, id: string) => `${purpose} ${id}`;
  const known = new Map([...inUse].map(([purpose, key]) => [nameOf(purpose, key.id), key]));

  function keyFor(purpose: Purpose): NamedKey {
    const key = inUse.get(purpose);
    if (key) return key;
    throw new KeyProblem(`This process was not given ${keyFileName(purpose)} and cannot use it.`);
  }

  /** Files are looked for again: a key that takes over is put there while this process runs. */
  async function keyOf(purpose: Purpose, id: string): Promise<NamedKey | undefined> {
    keyFor(purpose);
    if (!known.has(nameOf(purpose, id))) {
      // In this order: one that takes over gets the name of the other.
      const others = await readOtherKeys(folder, purpose);
      const named = await readKeyFiles(folder, [purpose]);
      const found = [...others, { name: keyFileName(purpose), key: named.get(purpose)! }];
      for (const { name, key } of found) {
        const id = idOf(key);
        known.set(nameOf(purpose, id), { id, bytes: key, ref: name });
      }
    }
    return known.get(nameOf(purpose, id));
  }

  return {
    get keys() {
      return [...inUse].map(([purpose, { id, ref }]) => ({ purpose, kekId: id, ref }));
    },

    async refOf(purpose, kekId) {
      return (await keyOf(purpose, kekId))?.ref ?? null;
    },

    async use(purpose, kekId) {
      const key = await keyOf(purpose, kekId);
      if (key) inUse.set(purpose, key);
      return key !== undefined;
    },

    async wrap(purpose, id, bytes) {
      const key = keyFor(purpose);
      return { kekId: key.id, wrapped: wrapKey(key, { id, bytes }) };
    },

    async unwrap(purpose, id, wrapped) {
      const under = wrappedUnder(wrapped);
      const key = under === null ? keyFor(purpose) : await keyOf(purpose, under);
      if (!key) {
        throw new KeyProblem(
          `Something is sealed under the key ${under}, but ${keyFileName(purpose)} in ${folder} ` +
            `is ${keyFor(purpose).id}. Put the right file back from your backup.`,
        );
      }
      const bytes = unwrapKey(key, id, wrapped);
      if (bytes) return bytes;
      throw new Error(`The key ${id} was changed in the database and cannot be unwrapped.`);
    },
  };
}

interface NamedKey extends Key {
  readonly ref: string;
}

/** The key that is to take over, made where none lies in the folder. */
export async function nextKey(folder: string, purpose: Purpose): Promise<KeyName> {
  const ref = await createNextKey(folder, purpose);
  return { purpose, kekId: idOf((await readOtherKey(folder, ref)).key), ref };
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
    if (active === key.kekId || (active && (await keyring.use(key.purpose, active)))) continue;
    throw new KeyProblem(
      `${key.ref} is not the key this database was set up with (it is ${key.kekId}, the database ` +
        `knows ${active}). Put the right file back from your backup, or check GATEHOUSE_KEYS.`,
    );
  }
}

/**
 * Wraps under the keys that the database says are in use, also when another process has just replaced one. Returns
 * those that are not in the folder, under which this process cannot wrap.
 */
export async function followKeys(db: Db, keyring: Keyring): Promise<readonly Purpose[]> {
  const held = new Map(keyring.keys.map(({ purpose, kekId }) => [purpose, kekId]));
  const missing: Purpose[] = [];
  for (const { purpose, kekId } of await activeKeys(db)) {
    const own = held.get(purpose);
    if (own === undefined || own === kekId) continue;
    if (!(await keyring.use(purpose, kekId))) missing.push(purpose);
  }
  return missing;
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
