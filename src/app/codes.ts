import { Secret, TOTP } from 'otpauth';
import type { UserRow } from '#store/users.ts';

const period = 30; // seconds
const settings = { issuer: 'Gatehouse', algorithm: 'SHA1', digits: 6, period } as const;

/** A new secret for the codes of an authenticator app, in base32. */
export const newCodeSecret = (): string => new Secret({ size: 20 }).base32;

/** The address that an authenticator app reads from a picture. */
export const codeUri = (secret: string, { email }: Pick<UserRow, 'email'>): string =>
  new TOTP({ ...settings, label: email, secret: Secret.fromBase32(secret) }).toString();

/** The step that a code belongs to, now or one before or after; null: it is not good. */
export function stepOfCode(code: string, secret: string, now: Date): number | null {
  const totp = new TOTP({ ...settings, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: 1 });
  return delta === null ? null : Math.floor(now.getTime() / 1_000 / period) + delta;
}
