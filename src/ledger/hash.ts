import { hash } from 'node:crypto';

/** SHA-256 over the parts, one after the other. */
export const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  hash('sha256', parts.length === 1 ? parts[0]! : Buffer.concat(parts), 'buffer');

/** The form in which the record writes hashes and other bytes: base64url without padding. */
export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
