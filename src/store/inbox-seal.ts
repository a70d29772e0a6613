import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { decrypt, encrypt, nonceBytes } from './aead.ts';
import { uuidBytes, uuidOf } from './envelope.ts';

/**
 * Seals to a public key what only the worker may read, so that the process which faces the
 * browsers forgets a secret as soon as it has it. Pure but for the randomness of keys.
 *
 *     shared = X25519(ephemeral private, inbox public)
 *     key    = HKDF-SHA-256(shared, salt = ephemeral public ‖ inbox public, "gatehouse/inbox/v1")
 *     sealed = 0x01 ‖ 0x01 ‖ key id(16) ‖ ephemeral public(32) ‖ AES-256-GCM(key, secret) ‖ tag(16)
 *
 * The key is used once, so its nonce is all zeros.
 */

const header = Buffer.of(0x01, 0x01);
const publicBytes = 32;
const start = header.length + 16 + publicBytes;
const nonce = Buffer.alloc(nonceBytes);

/** The public half of the worker's key, as everybody may know it. */
export interface InboxKey {
  readonly id: string;
  /** 32 bytes, X25519. */
  readonly publicKey: Uint8Array;
}

/** 32 random bytes are a private key of X25519. */
export const newPrivateKey = (): Buffer => randomBytes(32);

export const publicKeyOf = (privateKey: Uint8Array): Buffer => rawPublic(privateObject(privateKey));

export function sealToInbox(
  inbox: InboxKey,
  place: string,
  secret: Uint8Array,
  ephemeral: Uint8Array = newPrivateKey(),
): Buffer {
  const own = privateObject(ephemeral);
  const ephemeralPublic = rawPublic(own);
  const key = agree(own, publicObject(inbox.publicKey), ephemeralPublic, inbox.publicKey);
  return Buffer.concat([
    header,
    uuidBytes(inbox.id),
    ephemeralPublic,
    encrypt(key, nonce, Buffer.from(place), secret),
  ]);
}

/** The UUID of the inbox key that opens it; null when it was not sealed by us. */
export const sealedFor = (sealed: Uint8Array): string | null =>
  sealed.length >= start && header.equals(sealed.subarray(0, header.length))
    ? uuidOf(sealed.subarray(header.length, header.length + 16))
    : null;

/** Null when it was sealed to another key or for another place, or was changed. */
export function openFromInbox(
  privateKey: Uint8Array,
  place: string,
  sealed: Uint8Array,
): Buffer | null {
  if (sealedFor(sealed) === null) return null;
  const own = privateObject(privateKey);
  const ephemeralPublic = sealed.subarray(start - publicBytes, start);
  try {
    const key = agree(own, publicObject(ephemeralPublic), ephemeralPublic, rawPublic(own));
    return decrypt(key, nonce, Buffer.from(place), sealed.subarray(start));
  } catch {
    return null; // a public key of small order, with which nobody can agree on anything secret
  }
}

function agree(
  privateKey: KeyObject,
  publicKey: KeyObject,
  ephemeralPublic: Uint8Array,
  inboxPublic: Uint8Array,
): Uint8Array {
  const shared = diffieHellman({ privateKey, publicKey });
  const salt = Buffer.concat([ephemeralPublic, inboxPublic]);
  return new Uint8Array(hkdfSync('sha256', shared, salt, 'gatehouse/inbox/v1', 32));
}

// The bare 32 bytes of X25519, in the frames that node:crypto reads (RFC 8410).
const privateFrame = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicFrame = Buffer.from('302a300506032b656e032100', 'hex');

const privateObject = (bytes: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([privateFrame, bytes]), format: 'der', type: 'pkcs8' });

const publicObject = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([publicFrame, bytes]), format: 'der', type: 'spki' });

const rawPublic = (privateKey: KeyObject): Buffer =>
  createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-publicBytes);
