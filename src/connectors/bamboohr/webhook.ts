import { createHash, createHmac } from 'node:crypto';
import type { Delivery, Heard, Verdict } from '#connector-kit/contract.ts';
import { isObject, unreadableOf } from '#connector-kit/delivery-body.ts';
import { sameBytes, staleness } from '#connector-kit/standard-webhook.ts';

const refused = (because: string): Verdict => ({ kind: 'refused', because });

/**
 * BambooHR signs the raw body with the timestamp appended, nothing in between: hex HMAC-SHA-256,
 * keyed with the text of the private key. Proven with a delivery that others recorded.
 */
export function verifyDelivery(
  { headers, body }: Delivery,
  privateKeys: readonly string[],
  now: Date,
): Verdict {
  const timestamp = headers['x-bamboohr-timestamp'] ?? '';
  const signature = (headers['x-bamboohr-signature'] ?? '').toLowerCase();
  if (timestamp === '' || signature === '') {
    return refused('A header is missing: x-bamboohr-timestamp and x-bamboohr-signature.');
  }
  const stale = staleness(secondsOf(timestamp), now);
  if (stale) return refused(stale);
  if (!/^[0-9a-f]{64}$/.test(signature)) return refused('The signature is not 64 hex digits.');

  const offered = Buffer.from(signature, 'hex');
  let fits = false;
  for (const key of privateKeys.filter((it) => it !== '')) {
    const due = createHmac('sha256', key).update(body).update(timestamp).digest();
    fits = sameBytes(offered, due) || fits; // every key is compared, so that the time tells nothing
  }
  if (!fits) return refused('The signature fits none of the private keys of this source.');
  // BambooHR sends no id. The signature covers body and time, so only a repeat has both.
  const id = createHash('sha256').update(signature).update(timestamp).digest('hex');
  return { kind: 'genuine', id };
}

/** Seconds since 1970 in all deliveries seen; some examples show ISO 8601. */
function secondsOf(timestamp: string): string {
  if (!timestamp.includes('T')) return timestamp;
  const atMs = Date.parse(timestamp);
  return Number.isFinite(atMs) ? String(Math.floor(atMs / 1_000)) : timestamp;
}

/**
 * Whose record to read. Deliveries come with events or with fields, as JSON or as a form; the
 * values that some carry are left alone, since only the record counts.
 */
export function hearDelivery(body: Uint8Array): readonly Heard[] {
  const text = textOf(body);
  const ids = /^\s*[[{]/.test(text) ? idsInJson(text) : idsInForm(new URLSearchParams(text));
  return [...new Set(ids)].map((personId) => ({ kind: 'hint', personId }));
}

function idsInJson(text: string): readonly string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable('The body looks like JSON and is none.');
  }
  if (!isObject(json)) throw unreadable('The body is not an object.');
  const { type, data, employees } = json;
  if (Array.isArray(employees)) {
    return employees.map((it: unknown, i) =>
      employeeId(isObject(it) ? it['id'] : undefined, `employees[${i}].id`),
    );
  }
  if (typeof type !== 'string') throw unreadable('The body holds neither "type" nor "employees".');
  return idsInEvent(type, isObject(data) ? data['employeeId'] : undefined);
}

/** `data[employeeId]=67890`, or one group of fields for each employee: `employees[67890][…]`. */
function idsInForm(form: URLSearchParams): readonly string[] {
  const type = form.get('type');
  if (type !== null) return idsInEvent(type, form.get('data[employeeId]') ?? undefined);
  const ids = [...form.keys()].flatMap((key) => /^employees\[([^\]]*)\]/.exec(key)?.[1] ?? []);
  if (ids.length === 0) throw unreadable('The body holds neither "type" nor "employees".');
  return ids.map((id) => employeeId(id, 'employees[…]'));
}

function idsInEvent(type: string, id: unknown): readonly string[] {
  // Events about the company carry no employee and change no case.
  if (!type.startsWith('employee')) return [];
  return [employeeId(id, 'data.employeeId')];
}

function employeeId(found: unknown, where: string): string {
  const id = typeof found === 'number' ? String(found) : found;
  if (typeof id === 'string' && isEmployeeId(id)) return id;
  throw unreadable(`${where} does not hold the number of an employee.`);
}

/** Zero would mean whoever the API key belongs to, and words such as `all` other resources. */
export const isEmployeeId = (id: string): boolean => /^[1-9]\d{0,17}$/.test(id);

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw unreadable('The body is not UTF-8.');
  }
}

const unreadable = unreadableOf('BambooHR');
