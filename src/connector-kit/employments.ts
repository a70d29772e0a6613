/** What somebody's record says of one day: that they work from then on, or that it was their last. */
export interface Status<Row> {
  /** Such as 2026-12-31. */
  readonly on: string;
  readonly isEnd: boolean;
  /** Null: a date of the record itself, without a row in the history. */
  readonly row: Row | null;
}

export interface Employment<Row> {
  /** Counts from 1. */
  readonly number: number;
  /** The day of the first that is known of it; null: nothing is. */
  readonly countsFrom: string | null;
  /** The hire date if it belongs to this employment, or else its first status. */
  readonly startsOn: string | null;
  /** The last day of the employment; null while nobody has ended it. */
  readonly endsOn: string | null;
  /** The row that ended it, if the history has one. */
  readonly ending: Row | null;
  /** The last row before it ended; null: only a hire date says that it begins. */
  readonly latest: Row | null;
}

/**
 * The employments of a person, in their order, for systems that keep one record per person for all of them:
 * an employment ends with an end, and the next begins with the next status after it.
 */
export function employmentsIn<Row>(
  rows: readonly (Status<Row> & { readonly row: Row })[],
  dates: { readonly hireDate: string | null; readonly lastDay: string | null },
): readonly Employment<Row>[] {
  const { hireDate, lastDay } = dates;
  const statuses: Status<Row>[] = [...rows];
  if (hireDate) statuses.push({ on: hireDate, isEnd: false, row: null });
  if (lastDay) statuses.push({ on: lastDay, isEnd: true, row: null });
  // On one day the end comes last: rather a departure too many, which a person sees, than none.
  statuses.sort((a, b) =>
    a.on === b.on ? Number(a.isEnd) - Number(b.isEnd) : a.on < b.on ? -1 : 1,
  );

  const employments: Status<Row>[][] = [];
  for (const status of statuses) {
    const last = employments.at(-1);
    const begins = last === undefined || (last.at(-1)!.isEnd && !status.isEnd);
    if (begins) employments.push([status]);
    else last.push(status);
  }
  return employments.map((it, i) => employmentOf(it, i + 1, lastDay));
}

function employmentOf<Row>(
  statuses: readonly Status<Row>[],
  number: number,
  lastDay: string | null,
): Employment<Row> {
  const endings = statuses.filter((it) => it.isEnd);
  const isOwnDate = endings.some((it) => it.row === null);
  const endsOn = isOwnDate ? lastDay : (endings.at(-1)?.on ?? null);
  const ending =
    endings.findLast((it) => it.row && it.on === endsOn) ?? endings.findLast((it) => it.row);
  const active = statuses.filter((it) => !it.isEnd);
  const start = active.find((it) => it.row === null) ?? active[0];
  return {
    number,
    countsFrom: statuses[0]!.on,
    startsOn: start?.on ?? null,
    endsOn,
    ending: ending?.row ?? null,
    latest: active.findLast((it) => it.row)?.row ?? null,
  };
}

const none: Employment<never> = {
  number: 1,
  countsFrom: null,
  startsOn: null,
  endsOn: null,
  ending: null,
  latest: null,
};

/**
 * The employment that counts on a day. A rehire that has not begun does not count yet. The one before
 * still has its end, which somebody has to carry out.
 */
export const employmentOn = <Row>(
  today: string,
  employments: readonly Employment<Row>[],
): Employment<Row> =>
  employments.findLast(({ countsFrom }) => countsFrom !== null && countsFrom <= today) ??
  employments[0] ??
  none;

/** A text of a row; null when it is empty or missing. */
export function textIn(
  row: Readonly<Record<string, unknown>> | null | undefined,
  name: string,
): string | null {
  const found = row?.[name];
  const text = typeof found === 'number' ? String(found) : found;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : null;
}

/** What a field of the company says of this employment; it keeps what it held before somebody was hired again. */
export const sinceItBegan = (
  found: string | null,
  { startsOn }: Pick<Employment<never>, 'startsOn'>,
): string | null =>
  found !== null && startsOn !== null && found.slice(0, 10) < startsOn ? null : found;
