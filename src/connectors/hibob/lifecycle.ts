import { employmentsIn, type Employment as InKit, textIn } from '#connector-kit/employments.ts';
import { hidden, type LifecycleRow } from './api.ts';
import { strange } from './fields.ts';
import type { Settings } from './settings.ts';

export type Employment = InKit<LifecycleRow> & {
  /** The last day before a garden leave that goes on until the end; null: there is none. */
  readonly lastDayBeforeGardenLeave: string | null;
};

const wordOf = (row: LifecycleRow): string => (textIn(row, 'status') ?? '').toLowerCase();
const isTermination = (row: LifecycleRow): boolean => wordOf(row) === 'terminated';
const isGardenLeave = (row: LifecycleRow): boolean => /^garden[\s_-]?leave$/.test(wordOf(row));
const isWork = (row: LifecycleRow): boolean => wordOf(row) === 'employed';
/** Written when somebody is entered, which may be long before their first day. */
const isHired = (row: LifecycleRow): boolean => wordOf(row) === 'hired';

/** The last day that a termination, or the beginning of a garden leave, leaves to somebody. */
export function lastDay(date: string, { terminationDateIs }: Settings): string {
  if (terminationDateIs === 'the last day') return date;
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
}

export interface Dates {
  readonly startDate: string | null;
  readonly terminationDate: string | null;
}

/**
 * The employments of a person by the table Lifecycle. Bob keeps one record per person for all of them. A leave
 * ends nothing; a garden leave before the end only says when the last day at work is.
 */
export function employmentsOf(
  rows: readonly LifecycleRow[],
  { startDate, terminationDate }: Dates,
  settings: Settings,
): readonly Employment[] {
  const starts = rows.filter(isWork).map((row) => row.effectiveDate);
  const ends = rows.filter(isTermination).map((row) => row.effectiveDate);
  const next = (days: readonly (string | null)[], from: string): string | undefined =>
    days
      .flatMap((it) => it ?? [])
      .filter((it) => it >= from)
      .toSorted()[0];
  /** Only what nothing else tells of: somebody who was entered, and has no first day of their own. */
  const isStart = (row: LifecycleRow): boolean => {
    const start = next([...starts, startDate], row.effectiveDate);
    const end = next(ends, row.effectiveDate);
    return start === undefined || (end !== undefined && end < start);
  };
  const statuses = rows
    .filter((row) => isWork(row) || isTermination(row) || (isHired(row) && isStart(row)))
    .map((row) => {
      const isEnd = isTermination(row);
      return { on: isEnd ? lastDay(row.effectiveDate, settings) : row.effectiveDate, isEnd, row };
    });
  const dates = {
    hireDate: startDate,
    lastDay: terminationDate === null ? null : lastDay(terminationDate, settings),
  };
  return employmentsIn(statuses, dates).map((it) => ({
    ...it,
    lastDayBeforeGardenLeave: gardenLeaveOf(it, rows, settings),
  }));
}

function gardenLeaveOf(
  { startsOn, endsOn }: InKit<LifecycleRow>,
  rows: readonly LifecycleRow[],
  settings: Settings,
): string | null {
  if (endsOn === null) return null;
  const days = rows
    .filter(isGardenLeave)
    .map((row) => lastDay(row.effectiveDate, settings))
    .filter((day) => day <= endsOn && (startsOn === null || day >= startsOn));
  return days.toSorted().at(-1) ?? null;
}

/** A status without its word, or a table in which no word is known, could hold an end that we do not see. */
export function needStatuses(employeeId: string, rows: readonly LifecycleRow[]): void {
  if (rows.some((row) => wordOf(row) === '')) {
    throw hidden(employeeId, 'the status of the table Lifecycle');
  }
  const known = [isWork, isHired, isTermination, isGardenLeave];
  if (rows.length > 0 && !rows.some((row) => known.some((is) => is(row)))) {
    throw strange(employeeId, 'status in the table Lifecycle', 'hired, employed or terminated');
  }
}
