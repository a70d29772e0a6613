import { countryCode } from '#connector-kit/country.ts';
import { departureKind } from '#connector-kit/departure-kind.ts';
import {
  type Employment as AnyEmployment,
  employmentOn,
  employmentsIn,
  textIn,
} from '#connector-kit/employments.ts';
import { readDay } from '#connector-kit/facts.ts';
import { hiresIn } from '#connector-kit/hires.ts';
import { employmentType, zoneOf } from '#connector-kit/hr-words.ts';
import { ownDates } from '#connector-kit/own-fields.ts';
import { type Job, roleChangeIn } from '#connector-kit/role-change.ts';
import type { DepartureFacts } from '#core/departure.ts';
import { ConnectorError } from '#core/failure.ts';
import type { ShownPerson, ShownRecord } from '#core/lifecycle.ts';
import { type Employee, hidden, type JobRow, type StatusRow } from './api.ts';
import { jobsIn } from './jobs.ts';
import type { Settings } from './settings.ts';
import { statusOf } from './statuses.ts';

type Employment = AnyEmployment<StatusRow>;

export interface Sources {
  /** What holds today. */
  readonly current: Employee;
  /** What holds once everything entered for later has taken effect. */
  readonly future: Employee;
  readonly rows: readonly StatusRow[];
  /** Null: changes of role are not told. */
  readonly jobs: readonly JobRow[] | null;
  /** UTC, such as 2026-12-01. */
  readonly today: string;
}

/**
 * What BambooHR says about one person. Somebody leaves when a termination is entered, for today or
 * later, or when the record is Inactive; somebody whose hire date lies ahead is Inactive too, but
 * arrives, which the hires say. The termination date is the last day of the employment: BambooHR ends it at midnight
 * after it, company time. It has no last working day; a field of the company may.
 */
export function recordOf(
  { current, future, rows, jobs, today }: Sources,
  settings: Settings,
): ShownRecord {
  const status = textIn(current, 'status')?.toLowerCase();
  if (status !== 'active' && status !== 'inactive') {
    throw strange(current, 'status', 'Active or Inactive');
  }
  const isInactive = status === 'inactive';
  const hireDate = dayIn(future, 'hireDate') ?? dayIn(current, 'hireDate');
  const terminationDate =
    dayIn(future, 'terminationDate') ?? (isInactive ? dayIn(current, 'terminationDate') : null);
  const employments = employmentsIn(rows.map(statusOf), {
    hireDate,
    lastDay: terminationDate,
  });
  const employment = employmentOn(today, employments);

  const isExpected = hireDate !== null && hireDate >= today;
  const leaves = employment.endsOn !== null || (isInactive && !isExpected);
  const changed = Date.parse(textIn(current, 'lastChanged') ?? '');
  const personIn = (of: Employment) =>
    // Whoever begins again does so as what was entered for that day.
    personOf(of.number > employment.number ? [future, current] : [current, future], of, settings);

  const changeIn = (jobs: readonly Job[]) =>
    roleChangeIn(jobs, {
      employment,
      today,
      // Rows name the manager in words only; the record names the one of the last job by number.
      managerIn: (job) => textIn(job.id === jobs.at(-1)?.id ? future : current, 'reportsToId'),
    });
  return {
    person: personIn(employment),
    departure: leaves ? departureOf(current, employment, rows, settings) : null,
    ...(jobs && { arrival: changeIn(jobsIn(jobs)) }),
    ...(settings.arrivals && { hires: [...hiresIn(employments, { isInactive, today, personIn })] }),
    changedAt: Number.isFinite(changed) ? new Date(changed).toISOString() : null,
  };
}

/** Somebody in one of their employments; what the first view does not have, the second may. */
function personOf(
  [first, second]: readonly [Employee, Employee],
  employment: Employment,
  settings: Settings,
): ShownPerson {
  const read = (name: string) => textIn(first, name) ?? textIn(second, name);
  const location = read('location');
  const country = read('country');
  return {
    personId: first.id,
    employmentId: String(employment.number),
    name: nameOf(first),
    // Whoever has no address at work may use the private one.
    email: textIn(first, 'workEmail') ?? textIn(first, 'homeEmail'),
    personalEmail: read('homeEmail'),
    department: read('department'),
    title: read('jobTitleName'),
    managerId: read('reportsToId'),
    location,
    country: country === null ? null : countryCode(country),
    region: read('state'),
    zone: zoneOf(location, settings.zones),
    employmentType: employmentType(
      textIn(employment.latest, 'employmentStatus') ?? read('employmentStatus'),
    ),
    tags: [],
    startDate: employment.startsOn,
  };
}

function departureOf(
  current: Employee,
  employment: Employment,
  rows: readonly StatusRow[],
  settings: Settings,
): DepartureFacts {
  const { ending, endsOn } = employment;
  // Taking an involuntary departure for a resignation would leave the doors open for weeks.
  if (rows.length === 0) throw hidden(current.id, 'the table employmentStatus');
  if (ending && !('terminationTypeId' in ending)) {
    throw hidden(current.id, 'the termination type in the table employmentStatus');
  }
  const type = textIn(ending, 'terminationTypeId');
  const reason = textIn(ending, 'terminationReasonId');
  return {
    // One employment ends once: a corrected date is the same departure.
    id: `end-of-employment-${employment.number}`,
    kind: departureKind(type, reason, settings.kinds),
    urgent: false,
    confidential: false,
    ...ownDates(settings, employment, {
      day: (field) => dayIn(current, field),
      text: (field) => datedIn(current, field),
      strange: (field, expected) => strange(current, field, expected),
    }),
    employmentEnds: endsOn,
    payEnds: null,
    reason: [type, reason].filter((it) => it !== null).join(', ') || null,
  };
}

/** BambooHR's way to write an empty date. */
const noDate = '0000-00-00';

function datedIn(employee: Employee, name: string): string | null {
  const text = textIn(employee, name);
  return text === noDate ? null : text;
}

function dayIn(employee: Employee, name: string): string | null {
  const text = datedIn(employee, name);
  if (text === null) return null;
  const day = readDay(text);
  if (day.kind === 'refused') throw strange(employee, name, day.expected);
  return day.value;
}

const strange = (employee: Employee, name: string, expected: string): ConnectorError =>
  new ConnectorError({
    kind: 'unexpected',
    detail: `The field ${name} of employee ${employee.id} does not hold ${expected}.`,
  });

function nameOf(employee: Employee): string {
  const first = textIn(employee, 'preferredName') ?? textIn(employee, 'firstName');
  const name = [first, textIn(employee, 'lastName')].filter((it) => it !== null).join(' ');
  return name === '' ? `Employee ${employee.id}` : name;
}
