import { departureKind } from '#connector-kit/departure-kind.ts';
import { sinceItBegan } from '#connector-kit/employments.ts';
import { readAccessEnd, readZone } from '#connector-kit/facts.ts';
import { employmentType } from '#connector-kit/hr-words.ts';
import { wallClock } from '#core/dates.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { DepartureKind } from '#core/departure-kind.ts';
import { ConnectorError } from '#core/failure.ts';
import type { ShownHire, ShownPerson, ShownRecord } from '#core/lifecycle.ts';
import type { Employment, Person } from './api.ts';
import type { Settings } from './settings.ts';

export interface Sources {
  readonly person: Person;
  readonly employments: readonly Employment[];
  readonly now: Date;
}

/**
 * What Personio says about one person. A person has employments, each with its own id, so a rehire is another
 * employment. Somebody leaves when a termination or an end is entered, for today or later, or when the employment
 * is INACTIVE. The end of a contract alone is none: contracts are renewed.
 */
export function recordOf({ person, employments, now }: Sources, settings: Settings): ShownRecord {
  const sorted = employments.toSorted((a, b) => startOf(a).localeCompare(startOf(b)));
  for (const it of sorted) needStatus(it);
  const current = currentOf(sorted, now, settings);
  const changed = [person.updated_at, current?.updated_at ?? '']
    .filter((it) => it !== '')
    .map((it) => Date.parse(it));
  return {
    person: personOf(person, current, settings),
    departure: current && leaves(current, sorted) ? departureOf(person, current, settings) : null,
    ...(settings.arrivals && { hires: hiresOf(person, sorted, now, settings) }),
    changedAt: new Date(Math.max(...changed)).toISOString(),
  };
}

const startOf = (it: Employment): string => it.employment_start_date ?? '';
/** The last day, if anybody has said one. */
const endOf = (it: Employment): string | null =>
  it.termination?.termination_date ?? it.employment_end_date ?? null;
const lastWorkingDayOf = ({ termination }: Employment): string | null =>
  termination?.last_working_day ?? termination?.last_working_date ?? null;
const isOver = (it: Employment): boolean => it.status === 'INACTIVE';

/** Whoever only goes over to another company of the group leaves nothing that we should close. */
const isSwitch = (it: Employment): boolean => it.termination?.type === 'SUB_COMPANY_SWITCH';

function leaves(it: Employment, all: readonly Employment[]): boolean {
  const goesOn = all.some((other) => other.id !== it.id && endOf(other) === null && !isOver(other));
  if (isSwitch(it) && goesOn) return false;
  return endOf(it) !== null || lastWorkingDayOf(it) !== null || isOver(it);
}

/** What we do not understand must not read as “works on”. */
function needStatus({ id, status }: Employment): void {
  if (['ACTIVE', 'INACTIVE', 'ONBOARDING', 'LEAVE'].includes(status)) return;
  const detail = `Employment ${id} in Personio has the status “${status.slice(0, 40)}”, which we do not know.`;
  throw new ConnectorError({ kind: 'unexpected', detail });
}

/** The employment that counts today: one that has not begun does not count yet, and the one before still has its end. */
function currentOf(
  sorted: readonly Employment[],
  now: Date,
  settings: Settings,
): Employment | null {
  const begun = sorted.filter((it) => startOf(it) <= todayIn(it, now, settings));
  return begun.at(-1) ?? sorted[0] ?? null;
}

const officeOf = (it: Employment | null, { offices }: Settings) =>
  offices.find(({ id }) => id === it?.office?.id);

function zoneOf(it: Employment | null, settings: Settings): string | null {
  const zone = officeOf(it, settings)?.zone;
  const read = zone === undefined ? null : readZone(zone);
  return read?.kind === 'value' ? read.value : null;
}

const todayIn = (it: Employment, now: Date, settings: Settings): string =>
  wallClock(now, zoneOf(it, settings) ?? 'UTC')
    .toPlainDate()
    .toString();

function personOf(person: Person, it: Employment | null, settings: Settings): ShownPerson {
  const office = officeOf(it, settings);
  const department = it?.org_units?.find(({ type }) => type?.toLowerCase() === 'department')?.id;
  const name = [person.first_name, person.last_name].filter(Boolean).join(' ');
  return {
    personId: person.id,
    employmentId: it?.id ?? person.id,
    name: name === '' ? `Person ${person.id}` : name,
    email: person.email || null,
    personalEmail: null,
    // Whatever has no name in the settings shows by its number, so that somebody sees it is missing.
    department:
      settings.departments.find(({ id }) => id === department)?.name ?? department ?? null,
    title: it?.position?.title || null,
    managerId: it?.supervisor?.id ?? null,
    location: office?.name ?? it?.office?.id ?? null,
    country: office?.country ?? null,
    region: null,
    zone: zoneOf(it, settings),
    employmentType: employmentType(it?.type ?? null),
    tags: [],
    startDate: it?.employment_start_date ?? null,
  };
}

/** Personio's words for how an employment ends; the other ones follow their dates, as a resignation does. */
const kindsOfTypes: Readonly<Record<string, DepartureKind>> = {
  FIRED: 'involuntary',
  DEATH: 'death',
  CONTRACT_EXPIRED: 'end of contract',
  RETIREMENT: 'retirement',
  IRREVOCABLE_SUSPENSION: 'garden leave',
};

function departureOf(person: Person, it: Employment, settings: Settings): DepartureFacts {
  const type = it.termination?.type ?? null;
  const reason = it.termination?.reason || null;
  const byWords = departureKind(type, reason, settings.kinds);
  const isOwn = settings.kinds.some(({ contains }) =>
    `${type ?? ''}\n${reason ?? ''}`.toLowerCase().includes(contains.toLowerCase()),
  );
  return {
    // One employment ends once: a corrected date is the same departure.
    id: `end-of-${it.id}`,
    kind: isOwn ? byWords : (kindsOfTypes[type ?? ''] ?? byWords),
    urgent: false,
    confidential: false,
    accessEnds: accessEndsOf(person, it, settings),
    lastWorkingDay: lastWorkingDayOf(it),
    employmentEnds: endOf(it),
    payEnds: null,
    reason: [type, reason].filter((word) => word !== null).join(', ') || null,
  };
}

function accessEndsOf(
  { id, custom_attributes }: Person,
  it: Employment,
  { accessEndsAttribute: name }: Settings,
): string | null {
  if (name === undefined) return null;
  const found = custom_attributes?.find((own) => own.id === name || own.global_id === name);
  if (!found) throw strange(id, name, 'is left out, so the credentials may not read it');
  if (found.value === null || found.value === undefined || found.value === '') return null;
  // A date of Personio may come as its first moment.
  const text = String(found.value).replace(/T00:00:00(\.0+)?(Z|[+-]\d\d:\d\d)?$/, '');
  const ends = readAccessEnd(text);
  if (ends.kind === 'refused') throw strange(id, name, `does not hold ${ends.expected}`);
  return sinceItBegan(ends.value, { startsOn: it.employment_start_date ?? null });
}

const strange = (personId: string, attribute: string, what: string): ConnectorError =>
  new ConnectorError({
    kind: 'unexpected',
    detail: `The attribute ${attribute} of person ${personId} in Personio ${what}.`,
  });

/** The employments that begin, or have begun, and have not ended. One that ends on or before its first day never begins. */
function hiresOf(
  person: Person,
  sorted: readonly Employment[],
  now: Date,
  settings: Settings,
): ShownHire[] {
  return sorted.flatMap((it, i) => {
    const startDay = it.employment_start_date;
    if (!startDay) return [];
    const ends = endOf(it);
    const today = todayIn(it, now, settings);
    if (ends !== null && (ends <= startDay || ends < today)) return [];
    if (isOver(it) && startDay < today) return [];
    return {
      person: personOf(person, it, settings),
      arrival: {
        id: `start-of-${it.id}`,
        kind: i === 0 ? ('arrival' as const) : ('rehire' as const),
        confidential: false,
        startDay,
        former: null,
      },
    };
  });
}
