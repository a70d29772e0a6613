import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { keyIdOf, type NoteKey, type NoteKeyType, type Verify, vkeyOf } from '#core/note.ts';
import { type Db, sql } from '#store/sql.ts';
import { sha256 } from './hash.ts';
import { aboutNobody, record } from './record.ts';

/** A key of the log with its private half. */
export interface LogKey {
  readonly key: NoteKey;
  sign(message: Uint8Array): Buffer;
}

/** Where the private halves lie: only the scribe may open them. */
export interface SigningSecrets {
  storeSigningSecret(db: Db, name: string, value: string): Promise<number>;
  readSigningSecret(db: Db, name: string): Promise<string | null>;
}

/** The public half of a key, and from which size of the tree to which it signs. */
export interface LogKeyRow {
  readonly origin: string;
  readonly keyId: string;
  readonly type: LogKeyType;
  readonly vkey: string;
  readonly fromSize: number;
  /** The size of the last state that it signed; null: it signs. */
  readonly toSize: number | null;
  /** When it ends, once a newer one has taken its place. */
  readonly retiresAt: Date | null;
}

/** Each log signs with both, in this order. */
export const logKeyTypes = ['ed25519', 'mlDsa44'] as const;
export type LogKeyType = (typeof logKeyTypes)[number];

const nameInNode = { ed25519: 'ed25519', mlDsa44: 'ml-dsa-44' } as const;

/** What stands before the raw key in its SPKI form: RFC 8410, and RFC 9881 for ML-DSA-44. */
const spkiPrefix: Readonly<Record<LogKeyType, Buffer>> = {
  ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
  mlDsa44: Buffer.from('30820532300b06096086480165030403110382052100', 'hex'),
};

/** Opens the keys with which a log signs now; makes them where it has none yet. `opened` keeps what was. */
export async function openLogKeys(
  db: Db,
  secrets: SigningSecrets,
  { origin, size }: { origin: string; size: number },
  opened: Map<string, LogKey>,
): Promise<readonly LogKey[]> {
  await retireLogKeys(db, origin);
  const known = (await logKeysOf(db, origin)).filter(({ toSize }) => toSize === null);
  if (known.length === 0) {
    for (const type of logKeyTypes)
      known.push(await makeLogKey(db, secrets, { origin, type, size }));
  }
  const keys: LogKey[] = [];
  for (const row of known) {
    const key = opened.get(row.keyId) ?? (await openLogKey(db, secrets, row));
    opened.set(row.keyId, key);
    keys.push(key);
  }
  return keys;
}

async function openLogKey(
  db: Db,
  secrets: SigningSecrets,
  { origin, keyId, type }: LogKeyRow,
): Promise<LogKey> {
  const stored = await secrets.readSigningSecret(db, secretName(keyId));
  if (stored === null) {
    throw new Error(`The private half of the key ${keyId} of the record is missing.`);
  }
  const der = { key: Buffer.from(stored, 'base64'), format: 'der', type: 'pkcs8' } as const;
  return keyOf(origin, type, createPrivateKey(der));
}

/** All keys of a log, as they came: Ed25519 before ML-DSA. */
export async function logKeysOf(db: Db, origin: string): Promise<LogKeyRow[]> {
  const { rows } = await db.query<LogKeyRow>(sql`
    select origin, key_id as "keyId", type, vkey, from_size::float8 as "fromSize", to_size::float8 as "toSize",
           retires_at as "retiresAt"
      from ledger.log_key
     where origin = ${origin}
     order by from_size, type
  `);
  return rows;
}

/** The keys that sign a state of this size. */
export async function vkeysAt(
  db: Db,
  { origin, size }: { readonly origin: string; readonly size: number },
): Promise<readonly string[]> {
  return (await logKeysOf(db, origin))
    .filter(({ fromSize, toSize }) => fromSize <= size && (toSize === null || size <= toSize))
    .map(({ vkey }) => vkey);
}

/** Ends the keys whose time is over: the newest signed state was the last of theirs. */
async function retireLogKeys(db: Db, origin: string): Promise<void> {
  await db.query(sql`
    update ledger.log_key
       set to_size = (select coalesce(max(size), 0) from ledger.checkpoint c where c.origin = ${origin})
     where origin = ${origin}
       and to_size is null
       and retires_at < clock_timestamp()
  `);
}

/** For so long an old key signs beside the new one, so that everybody can take up the new one in time. */
export const overlapDays = 30;

/**
 * Makes new keys for a log and lets the ones there are end in 30 days. Both facts that say so are covered
 * by a checkpoint of the old keys. Returns the new ones.
 */
export async function rotateLogKeys(
  tx: Db,
  secrets: SigningSecrets,
  { origin, size }: { origin: string; size: number },
): Promise<readonly LogKeyRow[]> {
  const old = (await logKeysOf(tx, origin)).filter(
    ({ toSize, retiresAt }) => toSize === null && retiresAt === null,
  );
  const made: LogKeyRow[] = [];
  for (const { type, keyId, vkey } of old) {
    const key = await makeLogKey(tx, secrets, { origin, type, size });
    await tx.query(sql`
      update ledger.log_key
         set retires_at = clock_timestamp() + make_interval(days => ${overlapDays})
       where origin = ${origin}
         and key_id = ${keyId}
    `);
    await record(tx, aboutNobody, [
      {
        type: 'key.rotated',
        actor: { kind: 'system', id: 'scribe', auth: 'none' },
        data: { old: vkey, new: key.vkey },
      },
    ]);
    made.push(key);
  }
  return made;
}

/** Keys as people pass them on, each in a line. */
export const vkeyLines = (vkeys: readonly string[]): string =>
  vkeys.map((vkey) => `${vkey}\n`).join('');

/** Makes a key of a log, which signs from this size on. */
export async function makeLogKey(
  db: Db,
  secrets: SigningSecrets,
  { origin, type, size }: { origin: string; type: LogKeyType; size: number },
): Promise<LogKeyRow> {
  // The two overloads of Node's types do not meet.
  const { privateKey } =
    type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44');
  const { key } = keyOf(origin, type, privateKey);
  const keyId = keyIdOf(sha256, key);
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  await secrets.storeSigningSecret(db, secretName(keyId), der.toString('base64'));
  const row = { origin, keyId, type, vkey: vkeyOf(sha256, key), fromSize: size };
  await db.query(sql`
    insert into ledger.log_key (origin, key_id, type, vkey, from_size)
    values (${origin}, ${keyId}, ${type}, ${row.vkey}, ${size})
  `);
  return { ...row, toSize: null, retiresAt: null };
}

const secretName = (keyId: string): string => `log-key.${keyId}`;

/** A cosigner's Ed25519 keys are those of a log; only what they sign differs. */
const kindOf = (type: NoteKeyType): LogKeyType => (type === 'mlDsa44' ? type : 'ed25519');

/** A key as it signs notes, from its private half. */
export function keyOf(name: string, type: NoteKeyType, privateKey: KeyObject): LogKey {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(spki.subarray(spkiPrefix[kindOf(type)].length));
  return { key: { name, type, publicKey }, sign: (message) => sign(null, message, privateKey) };
}

/** Whether a signature holds, by this process's own cryptography. */
export const verifySignature: Verify = ({ type, publicKey }, message, signature) => {
  const kind = kindOf(type);
  const der = {
    key: Buffer.concat([spkiPrefix[kind], publicKey]),
    format: 'der',
    type: 'spki',
  } as const;
  const key = createPublicKey(der);
  return key.asymmetricKeyType === nameInNode[kind] && verify(null, message, key, signature);
};
