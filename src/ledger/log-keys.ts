import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { keyIdOf, type NoteKey, type Verify, vkeyOf } from '#core/note.ts';
import { type Db, sql } from '#store/sql.ts';
import { sha256 } from './hash.ts';

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
  /** Null: it signs. */
  readonly toSize: number | null;
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

/** Opens the keys with which a log signs now; makes them where it has none yet. */
export async function openLogKeys(
  db: Db,
  secrets: SigningSecrets,
  { origin, size }: { origin: string; size: number },
): Promise<readonly LogKey[]> {
  const known = (await logKeysOf(db, origin)).filter(({ toSize }) => toSize === null);
  const made: LogKeyRow[] = [];
  if (known.length === 0) {
    for (const type of logKeyTypes)
      made.push(await makeLogKey(db, secrets, { origin, type, size }));
  }
  const keys: LogKey[] = [];
  for (const { keyId, type } of [...known, ...made]) {
    const stored = await secrets.readSigningSecret(db, secretName(keyId));
    if (stored === null) {
      throw new Error(`The private half of the key ${keyId} of the record is missing.`);
    }
    const der = { key: Buffer.from(stored, 'base64'), format: 'der', type: 'pkcs8' } as const;
    keys.push(keyOf(origin, type, createPrivateKey(der)));
  }
  return keys;
}

/** All keys of a log, as they came: Ed25519 before ML-DSA. */
export async function logKeysOf(db: Db, origin: string): Promise<readonly LogKeyRow[]> {
  const { rows } = await db.query<LogKeyRow>(sql`
    select origin, key_id as "keyId", type, vkey, from_size::float8 as "fromSize", to_size::float8 as "toSize"
      from ledger.log_key
     where origin = ${origin}
     order by from_size, type
  `);
  return rows;
}

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
  const row = { origin, keyId, type, vkey: vkeyOf(sha256, key), fromSize: size, toSize: null };
  await db.query(sql`
    insert into ledger.log_key (origin, key_id, type, vkey, from_size)
    values (${origin}, ${keyId}, ${type}, ${row.vkey}, ${size})
  `);
  return row;
}

const secretName = (keyId: string): string => `log-key.${keyId}`;

function keyOf(name: string, type: LogKeyType, privateKey: KeyObject): LogKey {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(spki.subarray(spkiPrefix[type].length));
  return { key: { name, type, publicKey }, sign: (message) => sign(null, message, privateKey) };
}

/** Whether a signature holds, by this process's own cryptography. */
export const verifySignature: Verify = ({ type, publicKey }, message, signature) => {
  const prefix = spkiPrefix[type === 'mlDsa44' ? 'mlDsa44' : 'ed25519'];
  const der = { key: Buffer.concat([prefix, publicKey]), format: 'der', type: 'spki' } as const;
  const key = createPublicKey(der);
  return key.asymmetricKeyType === nameInNode[type === 'mlDsa44' ? 'mlDsa44' : 'ed25519']
    ? verify(null, message, key, signature)
    : false;
};
