import { Temporal } from 'temporal-polyfill';
import type { DepartureFacts } from './departure.ts';

/**
 * The moment that a wall clock in `zone` shows `date` and `time`.
 *
 * A time that comes twice (clocks go back) means the earlier one, so that access ends sooner;
 * a time that never comes (clocks go forward) means the moment of the jump.
 */
export function instantOf(date: string, time: string, zone: string): Temporal.Instant {
  const wanted = Temporal.PlainDate.from(date).toPlainDateTime(Temporal.PlainTime.from(time));
  const found = wanted.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (found.toPlainDateTime().equals(wanted)) return found.toInstant();
  return found.getTimeZoneTransition('next')!.toInstant();
}

/** The first moment of a day; not always midnight, and a day that never was begins with the next. */
export const startOfDay = (date: string, zone: string): Temporal.Instant =>
  Temporal.PlainDate.from(date).toZonedDateTime(zone).toInstant();

/** The first moment after a day. */
export const endOfDay = (date: string, zone: string): Temporal.Instant =>
  Temporal.PlainDate.from(date).add({ days: 1 }).toZonedDateTime(zone).toInstant();

/** Whether tzdata knows the zone. An offset such as +02:00 is none: it has no summer time. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false;
  try {
    new Temporal.ZonedDateTime(0n, name);
    return true;
  } catch {
    return false;
  }
}

export const toDate = (instant: Temporal.Instant): Date => new Date(instant.epochMilliseconds);

/** What a wall clock in the zone shows at that moment. */
export const wallClock = (at: Date, zone: string): Temporal.PlainDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDateTime();

/** The same to the minute and without zone, such as 2026-12-31T17:00. */
export const localText = (at: Date, zone: string): string =>
  wallClock(at, zone).toString({ smallestUnit: 'minute' });

/** The day somebody last has access on: an end at midnight belongs to the day before. */
export const dayThatEndsAt = (at: Date, zone: string): string =>
  wallClock(new Date(at.getTime() - 1), zone)
    .toPlainDate()
    .toString();

/** The end of a day is shown as that day, any other moment with its time. */
export function deadlineText(at: Date, zone: string): string {
  const day = dayThatEndsAt(at, zone);
  const isEndOfDay = endOfDay(day, zone).epochMilliseconds === at.getTime();
  return isEndOfDay ? day : localText(at, zone).replace('T', ' ');
}

/** The four dates of one departure, all filled in. */
export interface CaseDates {
  readonly kind: 'dates';
  readonly confirmedAt: Date;
  readonly accessEnds: {
    readonly at: Date;
    /** The same on the person's wall clock, such as 2026-12-31T17:00. */
    readonly local: string;
  };
  /** Days are local to the person's zone. */
  readonly lastWorkingDay: string;
  readonly employmentEnds: string;
  readonly payEnds: string;
  /** Access ends at confirmation: nothing waits for a date that the source may have given. */
  readonly urgentNow: boolean;
  /** What was not given and how it was derived, and dates that look wrong together. */
  readonly notes: readonly string[];
}

export interface DateContext {
  /** IANA name: the person's, else that of the work place, else the company's. */
  readonly zone: string;
  readonly confirmedAt: Date;
  /** The company's usual time of day, HH:MM; null: the end of the last working day. */
  readonly defaultAccessEnd: string | null;
}

/** The only thing that stands in the way is something a person has to tell. */
export interface Question {
  readonly kind: 'question';
  readonly question: string;
}

/**
 * Fills in the dates that a source left out. The one place where days become moments.
 *
 * - Last working day, employment ends and pay ends stand in for each other, the nearest first;
 *   where none is given they follow from access ends.
 * - Access ends with the last working day, or at the company's usual time on it.
 * - *Urgent* means at confirmation, and so does *involuntary* without an access end of its own.
 *   A layoff, often told weeks ahead, follows its dates.
 *
 * No date at all is a question, except for an urgent departure: it says itself when access ends.
 */
export function resolveDates(facts: DepartureFacts, context: DateContext): CaseDates | Question {
  const { zone, confirmedAt } = context;
  if (!isZone(zone)) {
    return {
      kind: 'question',
      question:
        `Which time zone holds for this person? “${zone}” is not a zone we know;` +
        ' expected is an IANA name such as Europe/Berlin.',
    };
  }
  if (!facts.urgent && hasNoDate(facts)) {
    return {
      kind: 'question',
      question:
        'When does this person leave? The source gave none of the four dates:' +
        ' access ends, last working day, employment ends, pay ends. One of them is enough.',
    };
  }

  const notes: string[] = [];
  const days = resolveDays(facts, context, notes);
  const accessEndsAt = resolveAccessEnd(facts, context, days.lastWorkingDay, notes);
  const urgentNow = facts.urgent || isAtConfirmation(facts);
  notes.push(...contradictions(days));

  return {
    kind: 'dates',
    confirmedAt,
    accessEnds: { at: accessEndsAt, local: localText(accessEndsAt, zone) },
    ...days,
    urgentNow,
    notes,
  };
}

const nameOf = {
  accessEnds: 'access ends',
  lastWorkingDay: 'last working day',
  employmentEnds: 'employment ends',
  payEnds: 'pay ends',
} as const;

const hasNoDate = (facts: DepartureFacts): boolean =>
  facts.accessEnds === null &&
  facts.lastWorkingDay === null &&
  facts.employmentEnds === null &&
  facts.payEnds === null;

type Days = Pick<CaseDates, 'lastWorkingDay' | 'employmentEnds' | 'payEnds'>;

/** Where each missing day comes from, the first that is there. */
const standIns = {
  lastWorkingDay: ['employmentEnds', 'payEnds'],
  employmentEnds: ['payEnds', 'lastWorkingDay'],
  payEnds: ['employmentEnds', 'lastWorkingDay'],
} as const satisfies Record<keyof Days, readonly (keyof Days)[]>;

function resolveDays(facts: DepartureFacts, context: DateContext, notes: string[]): Days {
  const dayOf = (field: keyof Days): string => {
    const given = facts[field];
    if (given !== null) return given;

    const source = standIns[field].find((it) => facts[it] !== null);
    const [day, from] = source
      ? [facts[source]!, nameOf[source]]
      : [dayOfAccessEnd(facts, context), facts.accessEnds ? 'access ends' : 'the confirmation'];
    notes.push(`“${nameOf[field]}” was not given: ${day}, from ${from}.`);
    return day;
  };
  return {
    lastWorkingDay: dayOf('lastWorkingDay'),
    employmentEnds: dayOf('employmentEnds'),
    payEnds: dayOf('payEnds'),
  };
}

function dayOfAccessEnd(facts: DepartureFacts, { zone, confirmedAt }: DateContext): string {
  return facts.accessEnds === null
    ? wallClock(confirmedAt, zone).toPlainDate().toString()
    : dayThatEndsAt(givenAccessEnd(facts.accessEnds, zone), zone);
}

function givenAccessEnd(local: string, zone: string): Date {
  const wanted = Temporal.PlainDateTime.from(local);
  return toDate(instantOf(wanted.toPlainDate().toString(), wanted.toPlainTime().toString(), zone));
}

const isAtConfirmation = (facts: DepartureFacts): boolean =>
  facts.kind === 'involuntary' && facts.accessEnds === null;

function resolveAccessEnd(
  facts: DepartureFacts,
  { zone, confirmedAt, defaultAccessEnd }: DateContext,
  lastWorkingDay: string,
  notes: string[],
): Date {
  const given = facts.accessEnds === null ? null : givenAccessEnd(facts.accessEnds, zone);
  if (facts.urgent) {
    if (given === null) notes.push('Access ends at confirmation, because it is urgent.');
    // A given end that has passed stays, so that what comes too late is seen to be late.
    if (given === null || given > confirmedAt) {
      if (given) notes.push(`Urgent: access does not wait for ${localText(given, zone)}.`);
      return confirmedAt;
    }
  }
  if (given) return given;
  if (isAtConfirmation(facts)) {
    notes.push('Access ends at confirmation, because the departure is involuntary.');
    return confirmedAt;
  }

  if (defaultAccessEnd === null) {
    notes.push(`“access ends” was not given: the end of the last working day.`);
    return toDate(endOfDay(lastWorkingDay, zone));
  }
  notes.push(`“access ends” was not given: ${defaultAccessEnd} on the last working day.`);
  return toDate(instantOf(lastWorkingDay, defaultAccessEnd, zone));
}

function contradictions(days: Days): string[] {
  const order = ['lastWorkingDay', 'employmentEnds', 'payEnds'] as const;
  return order.slice(1).flatMap((later, i) => {
    const earlier = order[i]!;
    if (days[earlier] <= days[later]) return [];
    return [
      `Please check: “${nameOf[earlier]}” (${days[earlier]}) lies after ` +
        `“${nameOf[later]}” (${days[later]}).`,
    ];
  });
}
