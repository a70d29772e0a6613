import { countryCode } from '#connector-kit/country.ts';
import { departureKind } from '#connector-kit/departure-kind.ts';
import { employmentOn, textIn } from '#connector-kit/employments.ts';
import { hiresIn } from '#connector-kit/hires.ts';
import { employmentType, zoneOf } from '#connector-kit/hr-words.ts';
import { ownDates } from '#connector-kit/own-fields.ts';
import { type Job, roleChangeIn } from '#connector-kit/role-change.ts';
import { wallClock } from '#core/dates.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { ShownPerson, ShownRecord } from '#core/lifecycle.ts';
import type { Employee, LifecycleRow } from './api.ts';
import { dayOf, referenceOf, strange, textOf, wordsOf } from './fields.ts';
import { type Employment, employmentsOf, lastDay, needStatuses } from './lifecycle.ts';
import type { Settings } from './settings.ts';

export interface Sources {
  readonly employee: Employee;
  readonly lifecycle: readonly LifecycleRow[];
  /** In their order, with the manager of each; null: changes of role are not told. */
  readonly jobs: readonly (Job & { readonly managerId: string | null })[] | null;
  readonly now: Date;
}

/**
 * What HiBob says about one person. Somebody leaves when a termination is entered, for today or later, or when
 * they are Terminated. Inactive alone is no departure: it is also said of those on leave, and of those whose
 * access to Bob was taken away. Days are the person's own, also where Bob tells of them at midnight of a site far away.
 */
export function recordOf(sources: Sources, settings: Settings): ShownRecord {
  const { employee, lifecycle, jobs, now } = sources;
  needStatuses(employee.id, lifecycle);
  const status = textOf(employee, 'internal.lifecycleStatus')?.toLowerCase() ?? null;
  if (status === null) throw strange(employee.id, 'internal.lifecycleStatus', 'a status');

  const zone = zoneOf(wordsOf(employee, 'work.site'), settings.zones);
  const today = wallClock(now, zone ?? 'UTC')
    .toPlainDate()
    .toString();
  const terminationDate = dayOf(employee, 'internal.terminationDate');
  const startDate = dayOf(employee, 'work.startDate');
  const employments = employmentsOf(lifecycle, { startDate, terminationDate }, settings);
  const current = employmentOn(today, employments);
  const employment: Employment = { lastDayBeforeGardenLeave: null, ...current };

  // Where an end is known it says more: the status may be some hours behind a new beginning.
  const isUndatedEnd = status === 'terminated' && employments.every((it) => it.endsOn === null);
  const leaves = employment.endsOn !== null || isUndatedEnd;
  const personIn = (of: Pick<Employment, 'number' | 'startsOn'>) => personOf(employee, of, zone);
  return {
    person: personIn(employment),
    departure: leaves ? departureOf(employee, employment, settings) : null,
    ...(jobs && {
      arrival: roleChangeIn(jobs, {
        employment,
        today,
        managerIn: (job) => jobs.find((it) => it.id === job.id)?.managerId ?? null,
      }),
    }),
    ...(settings.arrivals && {
      hires: [...hiresIn(employments, { isInactive: isUndatedEnd, today, personIn })],
    }),
    changedAt: null,
  };
}

function personOf(
  employee: Employee,
  { number, startsOn }: Pick<Employment, 'number' | 'startsOn'>,
  zone: string | null,
): ShownPerson {
  const country = wordsOf(employee, 'address.country');
  return {
    personId: employee.id,
    employmentId: String(number),
    name: nameOf(employee),
    // Whoever has no address at work may use the private one.
    email: textOf(employee, 'root.email') ?? textOf(employee, 'home.privateEmail'),
    personalEmail: textOf(employee, 'home.privateEmail'),
    department: wordsOf(employee, 'work.department'),
    title: wordsOf(employee, 'work.title'),
    managerId: referenceOf(employee, 'work.reportsTo'),
    location: wordsOf(employee, 'work.site'),
    country: country === null ? null : countryCode(country),
    region: null,
    zone,
    employmentType: employmentType(wordsOf(employee, 'payroll.employment.type')),
    tags: [],
    startDate: startsOn,
  };
}

function departureOf(
  employee: Employee,
  employment: Employment,
  settings: Settings,
): DepartureFacts {
  const { ending, endsOn, number, lastDayBeforeGardenLeave } = employment;
  const told = dayOf(employee, 'internal.terminationDate');
  // The record speaks of its own termination date; of an earlier employment only the history does.
  const isOwn = told !== null && lastDay(told, settings) === endsOn;
  const type = isOwn ? wordsOf(employee, 'internal.terminationType') : textIn(ending, 'reasonType');
  const reason = isOwn ? wordsOf(employee, 'internal.terminationReason') : textIn(ending, 'reason');
  const kind = departureKind(type, reason, settings.kinds);
  const own = ownDates(settings, employment, {
    day: (field) => dayOf(employee, field),
    text: (field) => textOf(employee, field),
    strange: (field, expected) => strange(employee.id, field, expected),
  });
  return {
    // One employment ends once: a corrected date is the same departure.
    id: `end-of-employment-${number}`,
    kind: kind === 'resignation' && lastDayBeforeGardenLeave !== null ? 'garden leave' : kind,
    urgent: false,
    confidential: false,
    accessEnds: own.accessEnds,
    lastWorkingDay: own.lastWorkingDay ?? lastDayBeforeGardenLeave,
    employmentEnds: endsOn,
    payEnds: null,
    reason: [type, reason].filter((it) => it !== null).join(', ') || null,
  };
}

function nameOf(employee: Employee): string {
  const shown = textOf(employee, 'root.displayName');
  const parts = [textOf(employee, 'root.firstName'), textOf(employee, 'root.surname')];
  return shown ?? (parts.filter((it) => it !== null).join(' ') || `Employee ${employee.id}`);
}
