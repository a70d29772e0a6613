import { createHash, createHmac } from 'node:crypto';
import type { Delivery, Heard, Verdict } from '#connector-kit/contract.ts';
import { isObject, objectIn, unreadableOf } from '#connector-kit/delivery-body.ts';
import { sameBytes } from '#connector-kit/standard-webhook.ts';

const refused = (because: string): Verdict => ({ kind: 'refused', because });

const hourMs = 3_600_000;
/** Bob tries for 3 days; its moments carry no zone, which may be 14 hours off. */
const oldestMs = (3 * 24 + 14) * hourMs;
const newestMs = 15 * hourMs;

/**
 * Bob signs the raw body: base64 of HMAC-SHA-512, keyed with the text of the secret, in `Bob-Signature`
 * (https://apidocs.hibob.com/docs/working-with-webhooks, and the published client for Ruby). Nothing but the body
 * is signed, so its moment comes from there.
 *
 * When a webhook is added, Bob asks with a test event whether somebody is here, and wants a 200 before it shows
 * the secret. It says nothing about anybody and is answered, signed or not.
 */
export function verifyDelivery(
  { headers, body }: Delivery,
  secrets: readonly string[],
  now: Date,
): Verdict {
  const signature = (headers['bob-signature'] ?? '').trim();
  if (isPing(body)) return { kind: 'greeting' };
  if (signature === '') return refused('A header is missing: Bob-Signature.');
  if (!/^[A-Za-z0-9+/]{86}==$/.test(signature)) {
    return refused('Bob-Signature is not the base64 of 64 bytes.');
  }
  const offered = Buffer.from(signature, 'base64');
  let fits = false;
  for (const secret of secrets.filter((it) => it !== '')) {
    const due = createHmac('sha512', secret).update(body).digest();
    fits = sameBytes(offered, due) || fits; // every secret is compared, so that the time tells nothing
  }
  if (!fits) return refused('The signature fits none of the secrets of this source.');
  const stale = staleness(body, now);
  if (stale) return refused(stale);
  // The moment in the body tells two deliveries apart to the microsecond; a repeat is the same bytes.
  return { kind: 'genuine', id: createHash('sha256').update(body).digest('hex') };
}

/** Older than Bob ever delivers: somebody kept it, and plays it once more. Without a moment it can only be unreadable. */
function staleness(body: Uint8Array, now: Date): string | null {
  const triggeredAt = /"triggeredAt"\s*:\s*"([^"]*)"/.exec(Buffer.from(body).toString())?.[1];
  if (triggeredAt === undefined) return null;
  const atMs = Date.parse(
    /(Z|[+-]\d\d:?\d\d)$/.test(triggeredAt) ? triggeredAt : `${triggeredAt}Z`,
  );
  const ageMs = now.getTime() - atMs;
  if (ageMs <= oldestMs && ageMs >= -newestMs) return null;
  return `triggeredAt is ${JSON.stringify(triggeredAt.slice(0, 40))}, which is not of the last days.`;
}

function isPing(body: Uint8Array): boolean {
  if (body.length > 100) return false;
  const text = Buffer.from(body).toString().trim();
  return /^"?ping test"?$/i.test(text) || /^\{\s*"text"\s*:\s*"ping test"\s*\}$/i.test(text);
}

/** Whose record to read. Events carry ids and names of fields, no values; only the record counts. */
export function hearDelivery(body: Uint8Array): readonly Heard[] {
  const event = objectIn(body, unreadable);
  const { type, data } = event;
  if (typeof type !== 'string') throw unreadable('The body holds no "type".');
  // Events about time off, tasks, documents and the like change no case.
  if (!/^(employee|table\.entry)\./.test(type)) return [];
  const personId = isObject(data) ? data['employeeId'] : undefined;
  if (typeof personId !== 'string' || !isEmployeeId(personId)) {
    throw unreadable('data.employeeId does not hold the number of an employee.');
  }
  // The termination keeps its dates; that access ends at once only the event says.
  const isAtOnce = type === 'employee.access.revoked.immediately';
  return [{ kind: 'hint', personId, ...(isAtOnce && { urgent: true as const }) }];
}

/** Numbers of up to 19 digits, as text. */
export const isEmployeeId = (id: string): boolean => /^[1-9]\d{0,19}$/.test(id);

const unreadable = unreadableOf('HiBob');
