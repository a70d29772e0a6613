import { createHash } from 'node:crypto';
import { randomBytes } from './random.ts';

/** What a link in a letter holds: it is all that it takes, so only its hash is kept. */
export interface LinkToken {
  readonly token: string;
  readonly hash: Buffer;
}

/** A new one, of 256 random bits. */
export function newLinkToken(): LinkToken {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashOf(token) };
}

/** The hash under which a link is kept; null where it cannot be one of ours. */
export const linkHashOf = (token: string): Buffer | null =>
  /^[A-Za-z0-9_-]{43}$/.test(token) ? hashOf(token) : null;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
