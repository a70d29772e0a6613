import { z } from 'zod';
import { decrypt, encrypt, nonceBytes } from '#store/aead.ts';
import { randomBytes } from '#store/random.ts';
import { base64url, sha256 } from './hash.ts';

/**
 * A personal value never enters a leaf. The leaf holds a salted digest in the manner of
 * SD-JWT (RFC 9901); the value lies beside it, sealed under its person's key. Without the
 * key the digest says nothing, and the tree stays whole.
 */
export interface Disclosure {
  /** A path that says what it is: `subject.email`, `step.before`, `reason`, `evidence.0`. */
  readonly name: string;
  /** base64url of the JSON `[salt, name, value]`; kept to the letter, never rebuilt. */
  readonly text: string;
  /** What stands in the leaf: base64url SHA-256 of `text`. */
  readonly digest: string;
}

export function disclosureOf(name: string, value: unknown, salt = randomBytes(16)): Disclosure {
  const text = base64url(Buffer.from(JSON.stringify([base64url(salt), name, value]), 'utf8'));
  return { name, text, digest: digestOf(text) };
}

export const digestOf = (text: string): string => base64url(sha256(Buffer.from(text, 'ascii')));

const Opened = z.tuple([z.string(), z.string(), z.unknown()]);

/** Name and value of a disclosure's text. Throws when it is none. */
export function readDisclosure(text: string): { name: string; value: unknown } {
  const [, name, value] = Opened.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  return { name, value };
}

/** The digests of a leaf, sorted, with up to three that hide nothing, so that their number says nothing. */
export function sortedDigests(disclosures: readonly Disclosure[]): readonly string[] {
  const decoys = Array.from({ length: randomBytes(1)[0]! % 4 }, () => base64url(randomBytes(32)));
  return [...disclosures.map((it) => it.digest), ...decoys].sort();
}

const format = 0x01;

/** Seals bytes under a person's key; `bound` ties them to their place, so that they cannot be moved. */
export function seal(key: Uint8Array, bound: string, bytes: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  return Buffer.concat([Buffer.of(format), nonce, encrypt(key, nonce, Buffer.from(bound), bytes)]);
}

/** Opens what `seal` made. Null when key, place or bytes are not the ones that were sealed. */
export function unseal(key: Uint8Array, bound: string, sealed: Uint8Array): Buffer | null {
  if (sealed[0] !== format) return null;
  const body = 1 + nonceBytes;
  return decrypt(key, sealed.subarray(1, body), Buffer.from(bound), sealed.subarray(body));
}

/** Where a disclosure belongs. */
export const disclosurePlace = (entryId: string, name: string): string =>
  `gatehouse:disclosure:v1|${entryId}|${name}`;

/** Where a blob belongs; the digest is over its plain bytes. */
export const blobPlace = (hexSha256: string): string => `gatehouse:blob:v1|${hexSha256}`;
