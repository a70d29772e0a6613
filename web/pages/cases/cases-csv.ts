import type { CaseSummary } from '#api/contract/cases.ts';

/** The columns of an exported list; each has its word. */
export const csvColumns = [
  'person',
  'personId',
  'email',
  'team',
  'kind',
  'state',
  'lastWorkingDay',
  'accessEnds',
  'employmentEnds',
  'payEnds',
  'firstDay',
  'steps',
  'proven',
  'next',
] as const;
type CsvColumn = (typeof csvColumns)[number];

/** A list as a file that spreadsheets read: one row for each case, moments in UTC. */
export function casesCsv(
  cases: readonly CaseSummary[],
  say: { readonly column: (it: CsvColumn) => string; readonly state: (it: CaseSummary) => string },
): string {
  const rows = cases.map(
    (it): Record<CsvColumn, string | number | null> => ({
      person: it.person.name,
      personId: it.person.personId,
      email: it.person.email,
      team: it.person.department,
      kind: it.departureKind ?? it.arrivalKind,
      state: say.state(it),
      lastWorkingDay: it.lastWorkingDay,
      accessEnds: it.accessEndsAt,
      employmentEnds: it.employmentEnds,
      payEnds: it.payEnds,
      firstDay: it.startDay,
      steps: it.progress.steps,
      proven: it.progress.proven,
      next: it.next?.title ?? null,
    }),
  );
  const lines = [csvColumns.map(say.column), ...rows.map((row) => csvColumns.map((it) => row[it]))];
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

/** What a spreadsheet would take for a formula is text to it with a mark before it. */
function cell(value: string | number | null): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value}` : (value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
