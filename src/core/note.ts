import type { Sha256 } from './proof.ts';

/**
 * Signed notes as the record publishes them: C2SP signed-note, tlog-checkpoint and
 * tlog-cosignature. Hash and signatures are handed in, so that every floor and the browser can use it.
 */

/** What a tree is at one moment: its name, how many leaves, and the root over them. */
export interface Checkpoint {
  /** Names the log; its last element is the epoch. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** What a key signs with: Ed25519 over the note, Ed25519 of a cosigner, ML-DSA-44. */
export const noteKeyTypes = { ed25519: 0x01, cosignature: 0x04, mlDsa44: 0x06 } as const;
export type NoteKeyType = keyof typeof noteKeyTypes;

/** A public key with the name that stands in front of its signatures. */
export interface NoteKey {
  readonly name: string;
  readonly type: NoteKeyType;
  /** Raw: 32 bytes of Ed25519, 1,312 of ML-DSA-44. */
  readonly publicKey: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits. */
  readonly keyId: string;
  /** What follows the key id: the signature alone, or a time (8 bytes) and the signature. */
  readonly bytes: Uint8Array;
}

export interface Note {
  /** With its final newline: what is signed. */
  readonly body: string;
  readonly signatures: readonly NoteSignature[];
}

/** Whether a signature of the key over the message holds. */
export type Verify = (
  key: NoteKey,
  message: Uint8Array,
  signature: Uint8Array,
) => Promise<boolean> | boolean;

/** What cannot be read, or does not hold; the message says what. */
export class NoteProblem extends Error {
  override readonly name = 'NoteProblem';
}

const mostSignatures = 16;
const timeBytes = 8;
const encoder = new TextEncoder();
const bytesOf = (text: string): Uint8Array => encoder.encode(text);

export const base64 = (bytes: Uint8Array): string =>
  // Not spread: that would ask for each byte by itself.
  btoa(Reflect.apply(String.fromCharCode, null, bytes));

/** The form in which facts write hashes: no padding. */
export const base64url = (bytes: Uint8Array): string =>
  base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** The bytes of canonical standard base64; null: it is none. Packs hold a hundred thousand: it goes over each once. */
export function fromBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  const binary = atob(text);
  if (btoa(binary) !== text) return null;
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The bytes of base64url without padding; null: it is none. */
export function fromBase64url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, '=');
  return fromBase64(padded.replaceAll('-', '+').replaceAll('_', '/'));
}

const hexDigits = Array.from({ length: 256 }, (_, it) => it.toString(16).padStart(2, '0'));
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const it of bytes) text += hexDigits[it];
  return text;
}
const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (it) => Number.parseInt(it, 16));

/** The id of a key: the first 4 bytes of SHA-256 over name, newline, type and key, as hex. */
export const keyIdOf = (sha256: Sha256, { name, type, publicKey }: NoteKey): string =>
  hex(sha256(bytesOf(`${name}\n`), Uint8Array.of(noteKeyTypes[type]), publicKey).subarray(0, 4));

/** A key as people pass it on: `name+id+base64`. */
export const vkeyOf = (sha256: Sha256, key: NoteKey): string =>
  `${key.name}+${keyIdOf(sha256, key)}+${base64(
    Uint8Array.of(noteKeyTypes[key.type], ...key.publicKey),
  )}`;

/** Reads a vkey. Throws a NoteProblem where its parts contradict each other. */
export function readVkey(sha256: Sha256, vkey: string): NoteKey {
  const [name = '', keyId = '', ...rest] = vkey.trim().split('+');
  const bytes = fromBase64(rest.join('+'));
  const type = (Object.keys(noteKeyTypes) as NoteKeyType[]).find(
    (it) => noteKeyTypes[it] === bytes?.[0],
  );
  if (!bytes || !type || !isName(name)) throw new NoteProblem(`This is no key of a log: ${vkey}`);
  const key = { name, type, publicKey: bytes.slice(1) };
  if (keyIdOf(sha256, key) === keyId) return key;
  throw new NoteProblem(`The id ${keyId} is not that of the key with it.`);
}

const isName = (name: string): boolean => name !== '' && !/[\s+]/u.test(name);

/** What is signed of a checkpoint. */
export const checkpointBody = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${base64(root)}\n`;

/** Reads the body of a checkpoint; without extension lines, as ours has none. */
export function readCheckpoint(body: string): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = body.split('\n');
  const hash = fromBase64(root);
  const isWhole = rest.length === 1 && rest[0] === '';
  if (!isName(origin) || !/^(0|[1-9]\d{0,15})$/.test(size) || hash?.length !== 32 || !isWhole) {
    throw new NoteProblem('The checkpoint is not three lines: origin, size and root.');
  }
  return { origin, size: Number(size), root: hash };
}

/** A signature as a line of a note. */
export const signatureLine = ({ name, keyId, bytes }: NoteSignature): string =>
  `— ${name} ${base64(Uint8Array.of(...fromHex(keyId), ...bytes))}\n`;

export const noteText = ({ body, signatures }: Note): string =>
  `${body}\n${signatures.map(signatureLine).join('')}`;

/** Splits a note at its last empty line. Throws a NoteProblem when it is none. */
export function readNote(text: string): Note {
  const end = text.lastIndexOf('\n\n');
  const lines = text.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '' || lines.length === 0 || lines.length > mostSignatures) {
    throw new NoteProblem('This is no signed note: a text, an empty line, and signatures.');
  }
  return { body: text.slice(0, end + 1), signatures: lines.map(readSignature) };
}

function readSignature(line: string): NoteSignature {
  const [, name = '', text = ''] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = fromBase64(text);
  if (!isName(name) || !bytes || bytes.length < 5) {
    throw new NoteProblem('A line below the text is no signature.');
  }
  return { name, keyId: hex(bytes.subarray(0, 4)), bytes: bytes.slice(4) };
}

/** What a key of this type signs. `atSeconds`: since 1970, for those that state a time. */
export function signedMessage(
  { name, type }: Pick<NoteKey, 'name' | 'type'>,
  body: string,
  atSeconds: bigint | null,
): Uint8Array {
  if (type === 'ed25519') return bytesOf(body);
  const at = atSeconds ?? 0n;
  if (type === 'cosignature') return bytesOf(`cosignature/v1\ntime ${at}\n${body}`);
  const { origin, size, root } = readCheckpoint(body);
  return Uint8Array.of(
    ...bytesOf('subtree/v1\n\0'),
    ...withLength(name),
    ...uint64(at),
    ...withLength(origin),
    ...uint64(0n),
    ...uint64(BigInt(size)),
    ...root,
  );
}

/** One byte of length in front. */
function withLength(text: string): Uint8Array {
  const bytes = bytesOf(text);
  if (bytes.length > 255) throw new NoteProblem('A name of a log has at most 255 bytes.');
  return Uint8Array.of(bytes.length, ...bytes);
}

function uint64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(timeBytes);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** The bytes of a signature line after its key id. */
export const signatureBytes = (signature: Uint8Array, atSeconds: bigint | null): Uint8Array =>
  atSeconds === null ? signature : Uint8Array.of(...uint64(atSeconds), ...signature);

export interface Signed {
  readonly key: NoteKey;
  /** Since 1970; null: this kind states no time. */
  readonly atSeconds: bigint | null;
}

/**
 * Those of the known keys that have signed the note, in its order. Unknown signers are passed over;
 * a signature of a known key that does not hold condemns the whole note.
 */
export async function signersOf(
  note: Note,
  known: readonly NoteKey[],
  { sha256, verify }: { readonly sha256: Sha256; readonly verify: Verify },
): Promise<readonly Signed[]> {
  const keys = new Map(known.map((key) => [`${key.name} ${keyIdOf(sha256, key)}`, key]));
  const signed: Signed[] = [];
  for (const { name, keyId, bytes } of note.signatures) {
    const key = keys.get(`${name} ${keyId}`);
    if (!key) continue;
    const states = key.type !== 'ed25519';
    const isLong = bytes.length > timeBytes;
    const atSeconds = states && isLong ? new DataView(bytes.buffer).getBigUint64(0) : null;
    const message = signedMessage(key, note.body, atSeconds);
    const holds = await verify(key, message, states ? bytes.slice(timeBytes) : bytes);
    if (!holds) throw new NoteProblem(`The signature of ${name} (${keyId}) does not hold.`);
    signed.push({ key, atSeconds });
  }
  return signed;
}
