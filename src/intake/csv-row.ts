import {
  isWithinYears,
  type Reading,
  readCountry,
  readDay,
  readEmail,
  readId,
  readLocalTime,
  readText,
  readTruth,
  readWord,
  readZone,
} from '#connector-kit/facts.ts';
import { type ArrivalFacts, arrivalKinds } from '#core/arrival.ts';
import type { DepartureFacts } from '#core/departure.ts';
import { departureKinds } from '#core/departure-kind.ts';
import { employmentTypes, type PersonFacts } from '#core/person.ts';

export const requiredColumns = ['person_id', 'name', 'email'] as const;

const dateColumns = ['last_working_day', 'access_ends', 'employment_ends', 'pay_ends'] as const;

const departureColumns = [
  ...dateColumns,
  'urgent',
  'confidential',
  'hold',
  'reason',
  'successor_id',
] as const;

/** Every column that is read; all others are named in the report. */
export const columns: ReadonlySet<string> = new Set([
  ...requiredColumns,
  ...['employment_id', 'personal_email', 'department', 'title', 'manager_id', 'location'],
  ...[
    'country',
    'region',
    'zone',
    'employment_type',
    'tags',
    'start_date',
    'departure_kind',
    'arrival_kind',
  ],
  ...departureColumns,
]);

interface Refusal {
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

export interface ReadRow {
  /** Null when the row has any refusal. */
  readonly facts: {
    person: PersonFacts;
    departure: DepartureFacts | null;
    arrival: ArrivalFacts | null;
    /** HR id of who takes over; null: the row does not say. */
    successor: string | null;
  } | null;
  readonly refusals: readonly Refusal[];
  /** Person and employment as one text, to find the same twice. Null when unreadable. */
  readonly identity: string | null;
}

interface RowOptions {
  readonly today: string;
  readonly knownZones?: ReadonlySet<string>;
}

/** Reads one row; `cell` gives the trimmed text of a column, empty when the file has none. */
export function readCsvRow(cell: (column: string) => string, options: RowOptions): ReadRow {
  const refusals: Refusal[] = [];
  const refuse = (column: string, found: string, expected: string) =>
    refusals.push({ column, found, expected });

  /** Null for an empty cell, and for a refused one. */
  function read<T>(column: string, reader: (text: string) => Reading<T>): T | null {
    const text = cell(column);
    if (text === '') return null;
    const reading = reader(text);
    if (reading.kind === 'value') return reading.value;
    refuse(column, quoted(text), reading.expected);
    return null;
  }
  function required(column: string, reader: (text: string) => Reading<string>, what: string) {
    if (cell(column) === '') refuse(column, 'nothing', what);
    return read(column, reader) ?? '';
  }
  /** Days further away than these many years are typing errors. */
  function near(column: string, day: string | null, yearsBack: number): string | null {
    if (day === null || isWithinYears(day.slice(0, 10), options.today, yearsBack, 50)) return day;
    refuse(column, quoted(day), `a day at most ${yearsBack} years ago and 50 years ahead`);
    return null;
  }

  const personId = required('person_id', readId, 'the id of the person in the HR system');
  const employmentId = cell('employment_id') === '' ? personId : read('employment_id', readId);
  const person: PersonFacts = {
    personId,
    employmentId: employmentId ?? '',
    name: required('name', readLine, 'the name of the person'),
    email: required('email', readEmail, 'the e-mail address at work'),
    personalEmail: read('personal_email', readEmail),
    department: read('department', readLine),
    title: read('title', readLine),
    managerId: read('manager_id', readId),
    location: read('location', readLine),
    country: read('country', readCountry),
    region: read('region', readLine),
    zone: read('zone', (text) => readZone(text, options.knownZones)),
    employmentType: read('employment_type', readWord(employmentTypes)),
    tags: tagsIn(read('tags', readLine) ?? ''),
    startDate: near('start_date', read('start_date', readDay), 80),
  };
  const departure = readDeparture();
  const arrival = readArrival();
  const successor = read('successor_id', readId);
  if (successor !== null && successor === personId) {
    refuse('successor_id', quoted(successor), 'the id of somebody else');
  }

  return {
    facts: refusals.length === 0 ? { person, departure, arrival, successor } : null,
    refusals,
    identity: personId === '' || !employmentId ? null : JSON.stringify([personId, employmentId]),
  };

  /** Whoever arrives does so on the day that `start_date` names; in another role likewise. */
  function readArrival(): ArrivalFacts | null {
    const kind = read('arrival_kind', readWord(arrivalKinds));
    if (kind === null) return null;
    if (departure !== null) {
      refuse('arrival_kind', `"${kind}" beside a departure_kind`, 'one of the two in a row');
      return null;
    }
    if (person.startDate === null) {
      if (cell('start_date') === '') refuse('start_date', 'nothing', 'the first day');
      return null;
    }
    return {
      // The same for a corrected file, as long as the kind stays. Roles change more than once: a change that
      // is under way moves to another day all the same, and one that is complete is another one.
      id: ['csv', kind, personId, person.employmentId]
        .concat(kind === 'role change' ? person.startDate : [])
        .join(':'),
      kind,
      confidential: read('confidential', readTruth) ?? false,
      startDay: person.startDate,
      former: null,
    };
  }

  function readDeparture(): DepartureFacts | null {
    const kind = read('departure_kind', readWord(departureKinds));
    const urgent = read('urgent', readTruth) ?? false;
    const confidential = read('confidential', readTruth) ?? false;
    const hold = read('hold', readTruth) ?? false;
    const lastWorkingDay = near('last_working_day', read('last_working_day', readDay), 50);
    const accessEnds = near('access_ends', read('access_ends', readLocalTime), 50);
    const employmentEnds = near('employment_ends', read('employment_ends', readDay), 50);
    const payEnds = near('pay_ends', read('pay_ends', readDay), 50);
    const reason = read('reason', readText);

    if (cell('departure_kind') === '') {
      if (cell('arrival_kind') !== '') return null;
      const flags = { urgent, confidential, hold };
      // A date without a kind could be a departure that somebody forgot to mark as one.
      const said = departureColumns.find((it) =>
        it in flags ? flags[it as keyof typeof flags] : cell(it) !== '',
      );
      if (said !== undefined) {
        const kinds = departureKinds.join(', ');
        refuse('departure_kind', `nothing, but ${said} is given`, `one of: ${kinds}`);
      }
      return null;
    }
    if (kind === null) return null;
    const isDated = dateColumns.some((column) => cell(column) !== '');
    if (!isDated && kind !== 'involuntary' && !urgent) {
      const expected = `one of ${dateColumns.join(', ')}, or urgent`;
      refuse('departure_kind', `"${kind}" without any date`, expected);
    }
    if (lastWorkingDay !== null && employmentEnds !== null && lastWorkingDay > employmentEnds) {
      const expected = `a day not after employment_ends, ${employmentEnds}`;
      refuse('last_working_day', quoted(lastWorkingDay), expected);
    }
    return {
      // The same for a corrected file, so that a new date moves the departure instead of adding one.
      id: `csv:${personId}:${person.employmentId}`,
      kind,
      urgent,
      confidential,
      ...(hold ? { hold } : {}),
      accessEnds,
      lastWorkingDay,
      employmentEnds,
      payEnds,
      reason,
    };
  }
}

/** Text on one line: a line break here means that a quotation mark is missing somewhere. */
export function readLine(text: string): Reading<string> {
  return /[\r\n]/.test(text)
    ? { kind: 'refused', expected: 'text on one line; is a quotation mark missing?' }
    : readText(text);
}

const tagsIn = (text: string) =>
  text
    .split(/[|,;]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/** What was found, as reports show it. */
export const quoted = (text: string) =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text.toWellFormed());
