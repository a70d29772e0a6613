import type { DepartureFacts } from './departure.ts';
import type { Settings } from './settings.ts';

/*
 * Whether what a source of people says as a whole is likely to be true. Pure: what was known, what is said now, and
 * the limits go in; reasons come out.
 */

/** What is known of somebody, or said of them now. */
export interface SeenPerson {
  /** Fields of a person, such as `department`. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly departure: DepartureFacts | null;
}

/** One row of what a source says. */
export interface FeedRow {
  readonly personId: string;
  /** Null: nobody was known by this id. */
  readonly was: SeenPerson | null;
  /** Null: the source has nobody of this id any more, or the record cannot be read. */
  readonly is: SeenPerson | null;
}

/** What is usual of a source. */
export interface FeedNormal {
  /** People known from it. */
  readonly known: number;
  /** How many it listed when it was last taken in; null: it does not list everybody, or never did. */
  readonly listed: number | null;
}

export interface FeedChange {
  readonly field: string;
  readonly was: string | null;
  readonly is: string | null;
}

export const feedReasons = [
  'empty',
  'shrank',
  'changed',
  'same-day',
  'far-away',
  'field-gone',
  'field-kind',
] as const;

export interface FeedReason {
  readonly kind: (typeof feedReasons)[number];
  /** In one sentence. */
  readonly text: string;
}

type Limits = Settings['guardrails'];

/** What every one of these needs before a share says anything: five people are no pattern. */
const fewest = 5;

const dates = ['accessEnds', 'lastWorkingDay', 'employmentEnds', 'payEnds'] as const;

/** What differs between two readings of one person, field by field; empty: nothing does. */
export function feedChanges({ was, is }: FeedRow): readonly FeedChange[] {
  if (is === null) return was === null ? [] : [{ field: 'person', was: 'there', is: null }];
  const fields = Object.keys(is.facts).filter((field) => !(field === 'email' && !is.facts[field]));
  const facts = was === null ? [] : fields.map((field) => changeOf(field, was.facts, is.facts));
  const leaving = ['kind', ...dates].map((field) =>
    changeOf(field, factsOf(was?.departure), factsOf(is.departure)),
  );
  return [...facts, ...leaving].flatMap((it) => it ?? []);
}

const factsOf = (it: DepartureFacts | null | undefined): Readonly<Record<string, unknown>> => ({
  ...it,
});

function changeOf(
  field: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): FeedChange | null {
  const [was, is] = [textOf(before[field]), textOf(after[field])];
  return was === is ? null : { field, was, is };
}

const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined || value === '') return null;
  return Array.isArray(value) ? value.join(', ') || null : String(value);
};

/** Whether anything about the number of people that are listed is unusual. */
export function judgeListed(
  listed: number | null,
  normal: FeedNormal,
  limits: Limits,
): readonly FeedReason[] {
  const before = normal.listed;
  if (listed === null || before === null || before < fewest) return [];
  if (listed === 0) return [{ kind: 'empty', text: `Nobody is listed; before, ${before} were.` }];
  const lost = before - listed;
  if (lost < fewest || !exceeds(lost, before, limits.feedShrinkPercent)) return [];
  const text = `${listed} people are listed; before, ${before} were. ${allowed(limits.feedShrinkPercent)}`;
  return [{ kind: 'shrank', text }];
}

/** Whether the rows as a whole are unusual. `now`: an ISO moment. */
export function judgeRows(
  rows: readonly FeedRow[],
  normal: FeedNormal,
  { limits, now }: { limits: Limits; now: string },
): readonly FeedReason[] {
  if (rows.length < limits.feedRowsAtLeast) return [];
  return [
    ...tooManyChanged(rows, normal, limits),
    ...sameDay(rows, limits),
    ...farAway(rows, limits, now),
    ...drifted(rows, limits),
  ];
}

function tooManyChanged(
  rows: readonly FeedRow[],
  { known }: FeedNormal,
  limits: Limits,
): readonly FeedReason[] {
  const changed = rows.filter((it) => isNews(it) && feedChanges(it).length > 0).length;
  if (changed < limits.feedRowsAtLeast || !exceeds(changed, known, limits.feedChangePercent)) {
    return [];
  }
  const text = `${changed} of ${known} people are different from what is known. ${allowed(limits.feedChangePercent)}`;
  return [{ kind: 'changed', text }];
}

/** Somebody new who does not leave changes nothing that was. */
const isNews = ({ was, is }: FeedRow): boolean => was !== null || (is?.departure ?? null) !== null;

/** The day on which a departure ends access, as far as it says. */
const dayOf = (it: DepartureFacts): string | null =>
  (it.accessEnds ?? it.lastWorkingDay ?? it.employmentEnds ?? it.payEnds)?.slice(0, 10) ?? null;

/** Departures that were not known, or not on this day. */
const newDays = (rows: readonly FeedRow[]): readonly string[] =>
  rows.flatMap(({ was, is }) => {
    const day = is?.departure ? dayOf(is.departure) : null;
    const known = was?.departure ? dayOf(was.departure) : null;
    return day === null || day === known ? [] : [day];
  });

function sameDay(rows: readonly FeedRow[], limits: Limits): readonly FeedReason[] {
  const days = newDays(rows);
  const counts = new Map<string, number>();
  for (const day of days) counts.set(day, (counts.get(day) ?? 0) + 1);
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  if (!most || most[1] < limits.feedRowsAtLeast || most[1] * 2 <= days.length) return [];
  const text = `${most[1]} of ${days.length} new departures are on the same day, ${most[0]}.`;
  return [{ kind: 'same-day', text }];
}

function farAway(rows: readonly FeedRow[], limits: Limits, now: string): readonly FeedReason[] {
  const year = Number(now.slice(0, 4));
  const shifted = (years: number) => `${year + years}${now.slice(4, 10)}`;
  const [earliest, latest] = [shifted(-limits.feedYearsAway), shifted(limits.feedYearsAway)];
  const far = newDays(rows).filter((day) => day < earliest || day > latest);
  if (far.length < fewest) return [];
  const text = `${far.length} new departures are more than ${limits.feedYearsAway} years away, such as ${far[0]}.`;
  return [{ kind: 'far-away', text }];
}

/** A share of whom so much holds counts as everybody. */
const everybody = 0.95;

function drifted(rows: readonly FeedRow[], limits: Limits): readonly FeedReason[] {
  const known = rows.flatMap(({ was, is }) => (was && is ? [{ was, is }] : []));
  if (known.length < limits.feedRowsAtLeast) return [];
  const fields = new Set(known.flatMap(({ is }) => Object.keys(is.facts)));
  return [...fields].flatMap((field): FeedReason[] => {
    const before = known.flatMap(({ was }) => textOf(was.facts[field]) ?? []);
    const after = known.flatMap(({ is }) => textOf(is.facts[field]) ?? []);
    if (before.length < known.length * everybody) return [];
    if (after.length === 0) {
      return [{ kind: 'field-gone', text: `Everybody had the field ${field}; now nobody has.` }];
    }
    const [was, is] = [commonKind(before), commonKind(after)];
    if (was === null || is === null || was === is) return [];
    return [{ kind: 'field-kind', text: `The field ${field} held ${was}; now it holds ${is}.` }];
  });
}

/** What nearly all of these texts are; null: no one thing. */
function commonKind(texts: readonly string[]): string | null {
  const kinds = texts.map(kindOf);
  const found = [...new Set(kinds)].find(
    (kind) => kinds.filter((it) => it === kind).length >= texts.length * everybody,
  );
  return found ?? null;
}

function kindOf(text: string): string {
  if (/^\d+$/.test(text)) return 'numbers';
  if (/^\d{4}-\d\d-\d\d/.test(text)) return 'dates';
  return /^\S+@\S+$/.test(text) ? 'addresses' : 'words';
}

const exceeds = (part: number, whole: number, percent: number): boolean =>
  whole > 0 && part * 100 > whole * percent;

const allowed = (percent: number): string => `${percent} % are allowed.`;
