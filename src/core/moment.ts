import { Temporal } from 'temporal-polyfill';
import {
  type CaseDates,
  dayThatEndsAt,
  endOfDay,
  instantOf,
  startOfDay,
  toDate,
  wallClock,
} from './dates.ts';
import { type Anchor, anchors, type Moment, type Unit, units } from './moment-text.ts';
import { nearest } from './nearest.ts';

export { anchorsOf, type Moment, momentText } from './moment-text.ts';

export type ParsedMoment =
  | { readonly moment: Moment }
  | { readonly problem: string; readonly mend: string };

export const momentForms =
  'Write “confirmed”, “access ends”, “last working day”, “employment ends”, “pay ends” or, for' +
  ' arrivals, “start day”; then, if wanted, “+ 5 days” or “- 2 weeks” (minutes, hours, days,' +
  ' working days, weeks or months); then, if wanted, a time of day such as “09:00”.';

/** Sign, number and unit; the sign stands apart from the words before it. */
const pattern = /^([a-z ]*[a-z])(?: ?([+-]) ?(\d+) ?([a-z]+(?: [a-z]+)?))?(?: (\d{1,2}:\d{2}))?$/;
const timePattern = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const longestOffset: Record<Unit, number> = {
  minutes: 14_400,
  hours: 8_760,
  days: 3_650,
  'working days': 2_600,
  weeks: 520,
  months: 120,
};

const longestText = 100;

/** Reads the text of `at` and `due`. */
export function parseMoment(text: string): ParsedMoment {
  const wanted = text.trim().replace(/\s+/g, ' ').toLowerCase();
  const refuse = (problem: string, mend = momentForms): ParsedMoment => ({ problem, mend });

  const parts = wanted.length > longestText ? null : pattern.exec(wanted);
  if (!parts) return refuse(`“${shown(text)}” is not a moment.`);

  const [, words = '', sign, digits, unitWord, time = null] = parts;
  const anchor = anchors.find((it) => it === words);
  if (!anchor) {
    const meant = nearest(words, anchors);
    return refuse(
      `“${shown(text)}” is not a moment: “${shown(words)}” is no day that we know.`,
      meant ? `Did you mean “${meant}”? ${momentForms}` : momentForms,
    );
  }
  if (time !== null && !timePattern.test(time)) {
    return refuse(`“${time}” is not a time of day.`, 'Write it from 00:00 to 23:59.');
  }
  if (!sign) return { moment: { anchor, offset: null, time } };

  const unit = units.find((it) => it === unitWord || it === `${unitWord}s`);
  if (!unit) {
    return refuse(
      `“${unitWord}” is not a unit of time.`,
      'Write “minutes”, “hours”, “days”, “working days”, “weeks” or “months”.',
    );
  }
  const amount = Number(digits);
  if (amount > longestOffset[unit]) {
    return refuse(
      `“${digits} ${unitWord}” is too far away.`,
      `Write at most ${longestOffset[unit]} ${unit}.`,
    );
  }
  if (time !== null && (unit === 'minutes' || unit === 'hours')) {
    return refuse(
      `“${shown(text)}” says two times: ${digits} ${unitWord}, and ${time}.`,
      'Leave out the time of day, or count in days or longer.',
    );
  }
  return { moment: { anchor, offset: { amount: sign === '-' ? 0 - amount : amount, unit }, time } };
}

const shown = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** What moments count from: the dates of a departure, or the first day of an arrival. */
export interface MomentDates
  extends Partial<Pick<CaseDates, 'accessEnds' | 'lastWorkingDay' | 'employmentEnds' | 'payEnds'>> {
  readonly confirmedAt: Date;
  readonly startDay?: string;
}

/**
 * When that is for one person. Minutes and hours are exact; all else is counted on the calendar of
 * `zone`. Working days are Monday to Friday: public holidays are not known, so what is due comes
 * rather early. A month after the 31st is the last day of a shorter one.
 * A day without a time means its beginning for `at` and its end for `due`.
 * Throws a RangeError for a day that there is not, such as the `start day` of a departure; `readPlaybook` refuses that before.
 */
export function momentOf(
  moment: Moment,
  dates: MomentDates,
  zone: string,
  use: 'at' | 'due',
): Date {
  const { offset, time } = moment;
  const exactUnit = offset?.unit === 'minutes' || offset?.unit === 'hours';
  const anchor = anchorOf(moment.anchor, dates, zone);
  const day = dayAfter(anchor.day, offset && !exactUnit ? offset : null);

  let at: Temporal.Instant;
  if (time !== null) at = instantOf(day, time, zone);
  else if (anchor.at === 'whole day')
    at = use === 'at' ? startOfDay(day, zone) : endOfDay(day, zone);
  else if (anchor.at === 'end') at = endOfDay(day, zone);
  else at = offset && !exactUnit ? instantOf(day, anchor.time, zone) : anchor.at;

  return toDate(offset && exactUnit ? at.add({ [offset.unit]: offset.amount }) : at);
}

function dayAfter(from: string, offset: Moment['offset']): string {
  const day = Temporal.PlainDate.from(from);
  if (offset === null) return from;
  if (offset.unit !== 'working days') return day.add({ [offset.unit]: offset.amount }).toString();
  const step = Math.sign(offset.amount);
  let at = day;
  for (let left = Math.abs(offset.amount); left > 0; ) {
    at = at.add({ days: step });
    if (at.dayOfWeek <= friday) left -= 1;
  }
  return at.toString();
}

/** Temporal counts from Monday, which is 1. */
const friday = 5;

type Anchored =
  | { readonly day: string; readonly at: 'whole day' }
  | { readonly day: string; readonly at: 'end' }
  | { readonly day: string; readonly at: Temporal.Instant; readonly time: string };

function anchorOf(anchor: Anchor, dates: MomentDates, zone: string): Anchored {
  switch (anchor) {
    case 'confirmed':
      return clockAnchor(dates.confirmedAt, zone);
    case 'access ends':
      return accessEnd(given(dates.accessEnds, anchor).at, zone);
    case 'last working day':
      return { day: given(dates.lastWorkingDay, anchor), at: 'whole day' };
    case 'employment ends':
      return { day: given(dates.employmentEnds, anchor), at: 'whole day' };
    case 'pay ends':
      return { day: given(dates.payEnds, anchor), at: 'whole day' };
    case 'start day':
      return { day: given(dates.startDay, anchor), at: 'whole day' };
  }
}

function given<T>(date: T | undefined, anchor: Anchor): T {
  if (date === undefined) throw new RangeError(`There is no “${anchor}” here.`);
  return date;
}

/** Access that ends with a day ends on that day, though the clock shows the next one by then. */
function accessEnd(at: Date, zone: string): Anchored {
  const day = dayThatEndsAt(at, zone);
  return endOfDay(day, zone).epochMilliseconds === at.getTime()
    ? { day, at: 'end' }
    : clockAnchor(at, zone);
}

function clockAnchor(at: Date, zone: string): Anchored {
  const clock = wallClock(at, zone);
  return {
    day: clock.toPlainDate().toString(),
    at: Temporal.Instant.fromEpochMilliseconds(at.getTime()),
    time: clock.toPlainTime().toString(),
  };
}
