import { createHash } from 'node:crypto';

/** SHA-256 over the parts, one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The form in which the record writes hashes and other bytes: base64url without padding. */
export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
