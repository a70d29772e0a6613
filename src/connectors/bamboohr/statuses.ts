import { type Status, textIn } from '#connector-kit/employments.ts';
import { hidden, type StatusRow } from './api.ts';

/** A termination has a type or a reason, or the status that BambooHR brings along for it. */
export const isTermination = (row: StatusRow): boolean =>
  textIn(row, 'terminationTypeId') !== null ||
  textIn(row, 'terminationReasonId') !== null ||
  /^terminated$/i.test(textIn(row, 'employmentStatus') ?? '');

export const statusOf = (row: StatusRow): Status<StatusRow> & { row: StatusRow } => ({
  on: dateOf(row),
  isEnd: isTermination(row),
  row,
});

/** The day from which a status holds; for a termination, the last day of the employment. */
export function dateOf(row: StatusRow): string {
  const on = textIn(row, 'date');
  if (on !== null) return on;
  throw hidden(row.employeeId ?? '(unknown)', 'the dates of the table employmentStatus');
}
