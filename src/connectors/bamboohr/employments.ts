import { hidden, type StatusRow } from './api.ts';

/** What a status row says to us. */
interface Status {
  readonly on: string;
  readonly isTermination: boolean;
  /** Null: a date of the employee record itself, without a row in the history. */
  readonly row: StatusRow | null;
}

export interface Employment {
  /** Counts from 1. */
  readonly number: number;
  /** The day of the first that is known of it; null: nothing is. */
  readonly countsFrom: string | null;
  /** The hire date if it belongs to this employment, or else its first status. */
  readonly startsOn: string | null;
  /** The last day of the employment; null while nobody has ended it. */
  readonly endsOn: string | null;
  /** The row that ended it, if the history has one. */
  readonly ending: StatusRow | null;
  /** The last employment status before it ended, such as Full-Time or Contractor. */
  readonly status: string | null;
}

/**
 * The employments of a person, in their order. BambooHR keeps one record per person for all of them, so
 * they are told apart by their history: an employment ends with a termination and the next begins
 * with the next status after it.
 */
export function employmentsIn(
  rows: readonly StatusRow[],
  dates: { readonly hireDate: string | null; readonly terminationDate: string | null },
): readonly Employment[] {
  const { hireDate, terminationDate } = dates;
  const statuses: Status[] = rows.map(statusOf);
  if (hireDate) statuses.push({ on: hireDate, isTermination: false, row: null });
  if (terminationDate) statuses.push({ on: terminationDate, isTermination: true, row: null });
  // On one day the end comes last: rather a departure too many, which a person sees, than none.
  statuses.sort((a, b) =>
    a.on === b.on ? Number(a.isTermination) - Number(b.isTermination) : a.on < b.on ? -1 : 1,
  );

  const employments: Status[][] = [];
  for (const status of statuses) {
    const last = employments.at(-1);
    const begins = last === undefined || (last.at(-1)!.isTermination && !status.isTermination);
    if (begins) employments.push([status]);
    else last.push(status);
  }
  return employments.map((it, i) => employmentOf(it, i + 1, terminationDate));
}

function employmentOf(
  statuses: readonly Status[],
  number: number,
  terminationDate: string | null,
): Employment {
  const endings = statuses.filter((it) => it.isTermination);
  const isOwnDate = endings.some((it) => it.row === null);
  const endsOn = isOwnDate ? terminationDate : (endings.at(-1)?.on ?? null);
  const ending =
    endings.findLast((it) => it.row && it.on === endsOn) ?? endings.findLast((it) => it.row);
  const active = statuses.filter((it) => !it.isTermination);
  const start = active.find((it) => it.row === null) ?? active[0];
  return {
    number,
    countsFrom: statuses[0]!.on,
    startsOn: start?.on ?? null,
    endsOn,
    ending: ending?.row ?? null,
    status: textIn(active.findLast((it) => it.row)?.row, 'employmentStatus'),
  };
}

const none: Employment = {
  number: 1,
  countsFrom: null,
  startsOn: null,
  endsOn: null,
  ending: null,
  status: null,
};

/**
 * The employment that counts on a day. A rehire that has not begun does not count yet. The one before
 * still has its end, which somebody has to carry out.
 */
export const employmentOn = (today: string, employments: readonly Employment[]): Employment =>
  employments.findLast(({ countsFrom }) => countsFrom !== null && countsFrom <= today) ??
  employments[0] ??
  none;

/** A termination has a type or a reason, or the status that BambooHR brings along for it. */
export const isTermination = (row: StatusRow): boolean =>
  textIn(row, 'terminationTypeId') !== null ||
  textIn(row, 'terminationReasonId') !== null ||
  /^terminated$/i.test(textIn(row, 'employmentStatus') ?? '');

const statusOf = (row: StatusRow): Status => ({
  on: dateOf(row),
  isTermination: isTermination(row),
  row,
});

/** The day from which a status holds; for a termination, the last day of the employment. */
export function dateOf(row: StatusRow): string {
  const on = textIn(row, 'date');
  if (on !== null) return on;
  throw hidden(row.employeeId ?? '(unknown)', 'the dates of the table employmentStatus');
}

/** A text of a row; null when it is empty or missing. */
export function textIn(
  row: Readonly<Record<string, unknown>> | null | undefined,
  name: string,
): string | null {
  const found = row?.[name];
  const text = typeof found === 'number' ? String(found) : found;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : null;
}
