import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Delivery, Verdict } from './contract.ts';

/** How far a delivery's timestamp may lie from our clock, either way. */
const deliveryWindowSeconds = 5 * 60;

const refused = (because: string): Verdict => ({ kind: 'refused', because });

/**
 * Checks a delivery signed by the Standard Webhooks scheme: `webhook-signature` holds one or more
 * `v1,<base64>` of HMAC-SHA-256 over `id.timestamp.raw body`. One that fits one secret is enough.
 *
 * The npm library reads the system clock and only text, so this is ours; the tests hold the two
 * against each other. https://www.standardwebhooks.com
 */
export function verifyStandardWebhook(
  { headers, body }: Delivery,
  secrets: readonly string[],
  now: Date,
): Verdict {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  const signatures = headers['webhook-signature'] ?? '';
  if (id === '' || timestamp === '' || signatures === '') {
    return refused('A header is missing: webhook-id, webhook-timestamp and webhook-signature.');
  }
  if (id.length > 200) return refused('webhook-id is longer than 200 characters.');
  const stale = staleness(timestamp, now);
  if (stale) return refused(stale);

  const keys = secrets.flatMap((secret) => keyOf(secret) ?? []);
  if (keys.length === 0) return refused('No signing secret is set up for this source.');

  const offered = signatures
    .split(' ')
    .filter((it) => it.startsWith('v1,'))
    .map((it) => Buffer.from(it.slice(3), 'base64'));
  // Every pair is compared, so that the time tells nothing about which one fits.
  let fits = false;
  for (const key of keys) {
    const due = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    for (const signature of offered) fits = sameBytes(signature, due) || fits;
  }
  return fits ? { kind: 'genuine', id } : refused('The signature fits none of the secrets.');
}

/** Why a timestamp (seconds since 1970) cannot be taken; null when it is fresh. */
export function staleness(timestamp: string, now: Date): string | null {
  if (!/^\d{1,12}$/.test(timestamp)) return 'The timestamp is not a number of seconds since 1970.';
  const ageSeconds = Math.floor(now.getTime() / 1_000) - Number(timestamp);
  if (Math.abs(ageSeconds) <= deliveryWindowSeconds) return null;
  const off = `${Math.abs(ageSeconds)} seconds ${ageSeconds > 0 ? 'old' : 'ahead of our clock'}`;
  return `The delivery is ${off}; at most ${deliveryWindowSeconds} are taken.`;
}

/** Compares in constant time; different lengths are no secret. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

/** `whsec_` and base64. Null when there is no key in it. */
function keyOf(secret: string): Buffer | null {
  const text = secret.trim().replace(/^whsec_/, '');
  const key = Buffer.from(text, 'base64');
  return key.length > 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? key : null;
}
