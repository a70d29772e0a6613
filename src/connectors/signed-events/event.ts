import { z } from 'zod';
import {
  isWithinYears,
  type Reading,
  readCountry,
  readDay,
  readEmail,
  readId,
  readLocalTime,
  readText,
  readWord,
  readZone,
} from '#connector-kit/facts.ts';
import type { ArrivalFacts } from '#core/arrival.ts';
import type { DepartureFacts } from '#core/departure.ts';
import { departureKinds } from '#core/departure-kind.ts';
import { ConnectorError } from '#core/failure.ts';
import { LifecycleEvent } from '#core/lifecycle.ts';
import { employmentTypes, type PersonFacts } from '#core/person.ts';

const eventTypes = LifecycleEvent.shape.type.options;

/** A text field: what a reader makes of it, or the sentence it refuses with. */
const text = <T>(read: (text: string) => Reading<T>) =>
  z.string({ error: 'text' }).transform((found, context): T => {
    const reading = read(found);
    if (reading.kind === 'value') return reading.value;
    context.addIssue({ code: 'custom', message: reading.expected });
    return z.NEVER;
  });

/** May be missing, null or blank: all mean that the source does not say. */
const optional = <T>(read: (text: string) => Reading<T>) =>
  z
    .preprocess(
      (found) => (typeof found === 'string' && found.trim() === '' ? null : found),
      text(read).nullish(),
    )
    .transform((found) => found ?? null);

const flag = z
  .boolean({ error: 'true or false' })
  .nullish()
  .transform((it) => it ?? false);

const Person = z.object(
  {
    id: text(readId),
    employment_id: optional(readId),
    name: text((it) => (it.trim() === '' ? nothing('a name') : readText(it))),
    email: text(readEmail),
    personal_email: optional(readEmail),
    department: optional(readText),
    title: optional(readText),
    manager_id: optional(readId),
    location: optional(readText),
    country: optional(readCountry),
    region: optional(readText),
    zone: optional(readZone),
    employment_type: optional(readWord(employmentTypes)),
    tags: z
      .array(text(readText), { error: 'a list of texts' })
      .nullish()
      .transform((it) => it ?? []),
    start_date: optional(readDay),
  },
  { error: 'an object with id, name and email' },
);

const Departure = z.object(
  {
    id: text(readId),
    kind: text(readWord(departureKinds)),
    urgent: flag,
    confidential: flag,
    hold: flag,
    access_ends: optional(readLocalTime),
    last_working_day: optional(readDay),
    employment_ends: optional(readDay),
    pay_ends: optional(readDay),
    reason: optional(readText),
    successor_id: optional(readId),
  },
  { error: 'an object with id, kind and a date' },
);

const Arrival = z.object(
  {
    id: text(readId),
    kind: optional(readWord(['arrival', 'rehire'] as const)),
    confidential: flag,
    start_day: optional(readDay),
  },
  { error: 'an object with id and start_day' },
);

const RoleChange = z.object(
  {
    id: text(readId),
    confidential: flag,
    start_day: text(readDay),
    former: z
      .object({
        department: optional(readText),
        title: optional(readText),
        location: optional(readText),
      })
      .nullish(),
  },
  { error: 'an object with id and start_day' },
);

const Event = z.object(
  {
    type: text(readWord(eventTypes)),
    occurred_at: z.iso.datetime({
      offset: true,
      error: 'a moment with its offset, such as 2026-12-01T09:04:00Z',
    }),
    version: z.int({ error: 'a whole number that grows with each change' }).nullish(),
    person: Person,
    departure: Departure.nullish(),
    arrival: Arrival.nullish(),
    role: RoleChange.nullish(),
  },
  { error: 'one event, as an object' },
);

const nothing = (expected: string): Reading<never> => ({ kind: 'refused', expected });

/**
 * Reads the JSON of one event. Property names are snake_case on the wire; names that we do not
 * know are ignored, so that a sender may add to them. Throws a ConnectorError of kind `rejected`
 * that names the field, what was found there and what is expected.
 */
export function readEvent(body: Uint8Array): LifecycleEvent {
  const json = jsonOf(body);
  const parsed = Event.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw unreadable(path.join('.'), describe(at(json, path), path), message);
  }
  const { type, occurred_at, version, person, departure } = parsed.data;
  const occurredOn = occurred_at.slice(0, 10);
  return {
    type,
    occurredAt: occurred_at,
    version: version ?? null,
    person: personFacts(person),
    departure: departureOf(type, departure ?? null, occurredOn),
    arrival: arrivalOf(parsed.data, occurredOn),
    ...(departure?.successor_id ? { successor: departure.successor_id } : {}),
  };
}

const personFacts = (it: z.infer<typeof Person>): PersonFacts => ({
  personId: it.id,
  employmentId: it.employment_id ?? it.id,
  name: it.name,
  email: it.email,
  personalEmail: it.personal_email,
  department: it.department,
  title: it.title,
  managerId: it.manager_id,
  location: it.location,
  country: it.country,
  region: it.region,
  zone: it.zone,
  employmentType: it.employment_type,
  tags: it.tags,
  startDate: it.start_date,
});

const dateFields = ['last_working_day', 'access_ends', 'employment_ends', 'pay_ends'] as const;

function departureOf(
  type: LifecycleEvent['type'],
  it: z.infer<typeof Departure> | null,
  occurredOn: string,
): DepartureFacts | null {
  if (!type.startsWith('departure.')) {
    if (it === null) return null;
    // Leaving it out of account in silence could be a departure that nobody hears of.
    throw unreadable('departure', `one on a ${type}`, 'none, or an event departure.confirmed');
  }
  if (it === null) throw unreadable('departure', 'nothing', 'an object with id, kind and a date');

  const given = dateFields.filter((field) => it[field] !== null);
  if (given.length === 0 && type !== 'departure.rescinded') {
    throw unreadable('departure', 'no date', `at least one of ${dateFields.join(', ')}`);
  }
  for (const field of given) {
    if (isWithinYears(it[field]!.slice(0, 10), occurredOn, 50, 50)) continue;
    throw unreadable(`departure.${field}`, `"${it[field]}"`, 'a day within 50 years of the event');
  }
  const { last_working_day: lastDay, employment_ends: ends } = it;
  if (lastDay !== null && ends !== null && lastDay > ends) {
    const expected = `a day not after employment_ends, ${ends}`;
    throw unreadable('departure.last_working_day', `"${lastDay}"`, expected);
  }
  return {
    id: it.id,
    kind: it.kind,
    urgent: it.urgent,
    confidential: it.confidential,
    ...(it.hold ? { hold: true } : {}),
    accessEnds: it.access_ends,
    lastWorkingDay: lastDay,
    employmentEnds: ends,
    payEnds: it.pay_ends,
    reason: it.reason,
  };
}

/**
 * An arrival is told by its first day, which may stand with the person alone; a change of role only
 * where one is described: else it is news about a person and no more.
 */
function arrivalOf(
  { type, person, arrival, role }: z.infer<typeof Event>,
  occurredOn: string,
): ArrivalFacts | null {
  const isArrival = type.startsWith('arrival.');
  if (arrival && !isArrival) throw unreadable('arrival', `one on a ${type}`, 'none');
  if (role && type !== 'role.changed') throw unreadable('role', `one on a ${type}`, 'none');
  if (!isArrival && !role) return null;

  const [field, it] = role ? (['role', role] as const) : (['arrival', arrival] as const);
  const given = it?.start_day ?? (role ? null : person.start_date);
  const startDay = given ?? (type === 'arrival.withdrawn' ? occurredOn : null);
  if (startDay === null) throw unreadable(`${field}.start_day`, 'nothing', 'the first day');
  if (!isWithinYears(startDay, occurredOn, 5, 5)) {
    const expected = 'a day within 5 years of the event';
    throw unreadable(`${field}.start_day`, `"${startDay}"`, expected);
  }
  return {
    id: it?.id ?? `arrival:${person.employment_id ?? person.id}`,
    kind: role ? 'role change' : (arrival?.kind ?? 'arrival'),
    confidential: it?.confidential ?? false,
    startDay,
    former: role?.former ?? null,
  };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    const found = cause instanceof SyntaxError ? 'something else' : 'bytes that are not UTF-8';
    throw unreadable('', found, 'JSON in UTF-8');
  }
}

function unreadable(field: string, found: string, expected: string): ConnectorError {
  const where = field === '' ? 'The body' : `The field ${field}`;
  const detail = `${where}: found ${found}; expected ${expected}.`;
  return new ConnectorError({ kind: 'rejected', detail });
}

const at = (json: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (it, key) => (typeof it === 'object' && it !== null ? Reflect.get(it, key) : undefined),
    json,
  );

/** Fields whose value says nothing about a person, so that a report may repeat it. */
const harmless = new Set([
  ...['type', 'occurred_at', 'version', 'kind', 'urgent', 'confidential', 'hold', ...dateFields],
  ...['country', 'zone', 'employment_type', 'start_date', 'start_day'],
]);

/** What was found, without personal data: the message ends up in the record and in alerts. */
function describe(found: unknown, path: readonly PropertyKey[]): string {
  if (found === undefined) return 'nothing';
  if (found === null) return 'null';
  if (Array.isArray(found)) return 'a list';
  if (typeof found === 'object') return 'an object';
  if (harmless.has(String(path.at(-1)))) return JSON.stringify(found).slice(0, 60);
  if (typeof found !== 'string') return `a ${typeof found}`;
  return found.trim() === '' ? 'empty text' : `text of ${found.length} characters`;
}
