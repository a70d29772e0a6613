import { createHash } from 'node:crypto';
import type { Delivery, Heard, Verdict } from '#connector-kit/contract.ts';
import { isObject, objectIn, unreadableOf } from '#connector-kit/delivery-body.ts';
import { sameBytes } from '#connector-kit/standard-webhook.ts';

const sha256 = (it: string | Uint8Array) => createHash('sha256').update(it);

/**
 * Personio signs nothing: it sends the token of the webhook in `Authorization`, as it was given
 * (https://developer.personio.de/reference/post_v2-webhooks). So a delivery is never more than a hint where to
 * look, and a repeat makes us look once more.
 */
export function verifyDelivery(
  { headers, body }: Delivery,
  tokens: readonly string[],
  _now: Date,
): Verdict {
  const offered = headers['authorization'] ?? '';
  if (offered === '') return { kind: 'refused', because: 'A header is missing: Authorization.' };
  const given = sha256(offered).digest();
  let fits = false;
  for (const token of tokens.filter((it) => it !== '')) {
    fits = sameBytes(given, sha256(token).digest()) || fits; // every token is compared
  }
  if (!fits) return { kind: 'refused', because: 'The token is none of those of this source.' };
  // Both requests of an attempt, and all attempts, carry the same bytes.
  return { kind: 'genuine', id: sha256(body).digest('hex') };
}

/** Whose record to read. Events carry ids and no data. */
export function hearDelivery(body: Uint8Array): readonly Heard[] {
  const { event_name: name, payload } = objectIn(body, unreadable);
  if (typeof name !== 'string') throw unreadable('The body holds no "event_name".');
  const [, noun] = /^(person|employment)\./.exec(name) ?? [];
  // Events about absences, attendances, documents and the like change no case.
  if (noun === undefined) return [];
  const personId = isObject(payload) ? personIn(payload, noun) : undefined;
  if (personId !== undefined && isPersonId(personId)) return [{ kind: 'hint', personId }];
  throw unreadable(`The payload of ${noun} events does not hold the id of a person.`);
}

/** The event names the person, or is about one; the id of an employment says nobody. */
function personIn(payload: Readonly<Record<string, unknown>>, noun: string): string | undefined {
  const { person, person_id: flat, id } = payload;
  const found =
    (isObject(person) ? person['id'] : undefined) ?? flat ?? (noun === 'person' ? id : undefined);
  return typeof found === 'number' ? String(found) : typeof found === 'string' ? found : undefined;
}

/** Numbers so far, as text; nothing that could be another address of the API. */
export const isPersonId = (id: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(id);

const unreadable = unreadableOf('Personio');
