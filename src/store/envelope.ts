import { randomBytes } from 'node:crypto';
import { decrypt, encrypt, nonceBytes } from './aead.ts';

/**
 * The bytes in which secrets lie in the database. Pure but for the randomness of nonces.
 *
 *     blob    = 0x01 ‖ 0x01 ‖ data key id(16) ‖ nonce(12) ‖ AES-256-GCM(data key, secret) ‖ tag(16)
 *     wrapped = 0x01 ‖ key id(16) ‖ nonce(12) ‖ AES-256-GCM(key, data key) ‖ tag(16)
 *
 * A blob is bound to its place (connection, field, version, allowed hosts), a wrapped key to the
 * id of what it opens: neither can be moved to another row, nor aimed at another host.
 */

const format = 0x01;
const aes256Gcm = 0x01;
const idBytes = 16;

/** A key and the UUID by which it is known. */
export interface Key {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** Where the secret of a connection belongs. `hosts` in any order and case. */
export interface SecretPlace {
  readonly installation: string;
  readonly connectionId: string;
  readonly field: string;
  /** Counts from 1. */
  readonly version: number;
  readonly hosts: readonly string[];
}

/** As it is bound into every blob: `gatehouse:secret:v1|installation|connection|field|version|hosts`. */
export function secretPlace(it: SecretPlace): string {
  const hosts = normalHosts(it.hosts);
  checkParts({ field: it.field }, /^[a-z0-9_.-]{1,64}$/);
  return [
    'gatehouse:secret:v1',
    uuidText(it.installation),
    uuidText(it.connectionId),
    it.field,
    it.version,
    hosts.join(','),
  ].join('|');
}

/** Where a secret of our own belongs, such as the one of our single sign-on. */
export interface AppPlace {
  readonly installation: string;
  readonly purpose: 'web' | 'signing';
  readonly name: string;
  /** Counts from 1. */
  readonly version: number;
}

export function appPlace({ installation, purpose, name, version }: AppPlace): string {
  checkParts({ name }, /^[a-z0-9_.-]{1,128}$/);
  return ['gatehouse:app:v1', uuidText(installation), purpose, name, version].join('|');
}

/** Lower case, sorted, each once. Throws on what could be read as two hosts, or none. */
export function normalHosts(hosts: readonly string[]): readonly string[] {
  const normal = [...new Set(hosts.map((host) => host.toLowerCase()))].sort();
  if (normal.length === 0) throw new Error('A secret needs at least one allowed host.');
  for (const host of normal) checkParts({ 'allowed host': host }, /^[a-z0-9_.:[\]-]{1,260}$/);
  return normal;
}

function checkParts(parts: Readonly<Record<string, string>>, shape: RegExp): void {
  for (const [what, text] of Object.entries(parts)) {
    if (!shape.test(text)) throw new Error(`"${text}" cannot be the ${what} of a secret.`);
  }
}

export function sealBlob(
  dataKey: Key,
  place: string,
  secret: Uint8Array,
  nonce: Uint8Array = randomBytes(nonceBytes),
): Buffer {
  return Buffer.concat([
    Buffer.of(format, aes256Gcm),
    uuidBytes(dataKey.id),
    nonce,
    encrypt(dataKey.bytes, nonce, Buffer.from(place), secret),
  ]);
}

/** Null when it was sealed with another key, belongs elsewhere, or was changed. */
export function openBlob(dataKey: Key, place: string, blob: Uint8Array): Buffer | null {
  const header = Buffer.concat([Buffer.of(format, aes256Gcm), uuidBytes(dataKey.id)]);
  if (!header.equals(blob.subarray(0, header.length))) return null;
  const nonce = blob.subarray(header.length, header.length + nonceBytes);
  const sealed = blob.subarray(header.length + nonceBytes);
  return nonce.length < nonceBytes
    ? null
    : decrypt(dataKey.bytes, nonce, Buffer.from(place), sealed);
}

/** Wraps 32 bytes that are known by `id` under `key`. */
export function wrapKey(
  key: Key,
  { id, bytes }: Key,
  nonce: Uint8Array = randomBytes(nonceBytes),
): Buffer {
  return Buffer.concat([
    Buffer.of(format),
    uuidBytes(key.id),
    nonce,
    encrypt(key.bytes, nonce, uuidBytes(id), bytes),
  ]);
}

/** The UUID of the key under which something was wrapped; null when it was not wrapped by us. */
export const wrappedUnder = (wrapped: Uint8Array): string | null =>
  wrapped.length === 1 + idBytes + nonceBytes + 32 + 16 && wrapped[0] === format
    ? uuidOf(wrapped.subarray(1, 1 + idBytes))
    : null;

/** Null when it was wrapped under another key or for another `id`, or was changed. */
export function unwrapKey(key: Key, id: string, wrapped: Uint8Array): Buffer | null {
  if (wrappedUnder(wrapped) !== uuidText(key.id)) return null;
  const nonce = wrapped.subarray(1 + idBytes, 1 + idBytes + nonceBytes);
  return decrypt(key.bytes, nonce, uuidBytes(id), wrapped.subarray(1 + idBytes + nonceBytes));
}

/** The 16 bytes of a UUID. */
export const uuidBytes = (uuid: string): Buffer =>
  Buffer.from(uuidText(uuid).replaceAll('-', ''), 'hex');

export const uuidOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

function uuidText(uuid: string): string {
  const text = uuid.toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) {
    throw new Error(`"${uuid}" is not a UUID.`);
  }
  return text;
}
