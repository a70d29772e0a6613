import { randomBytes } from 'node:crypto';

/**
 * A password for nobody: 256 random bits, with every class of character that a password policy
 * may ask for. The caller sends it and forgets it.
 */
export const randomPassword = (): string => `${randomBytes(32).toString('base64url')}aA1!`;
