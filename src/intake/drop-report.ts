import type { CsvReport } from './csv.ts';
import type { TakenRow } from './drop.ts';

interface About {
  readonly name: string;
  /** When the file was written, and when it was read. */
  readonly at: Date;
  readonly now: Date;
  readonly sha256: string;
  readonly read: CsvReport;
  readonly taken: readonly TakenRow[];
  readonly passedOver: number;
}

/** What lies beside a file that was dropped: what became of it, row by row. */
export function dropReport({ name, at, now, sha256, read, taken, passedOver }: About): string {
  const open = taken.filter((it) => it.isOpen);
  const refusedLines = new Set(read.refused.map(({ line }) => line)).size;
  const lines = [
    `${name}, written ${at.toISOString()}, read ${now.toISOString()}`,
    `SHA-256 ${sha256}`,
    '',
    ...(read.problem === null
      ? [
          `${read.rows.length} rows taken in, ${refusedLines} refused, ${open.length} to be looked at.`,
        ]
      : [`Nothing was taken in. ${read.problem}`]),
    ...(read.unknownColumns.length > 0
      ? [`Columns left alone: ${read.unknownColumns.join(', ')}`]
      : []),
    ...(passedOver > 0 ? [`Left long before this source was first read: ${passedOver}.`] : []),
    '',
    ...read.refused.map(
      ({ line, column, found, expected }) =>
        `line ${line}${column === null ? '' : `, column ${column}`}: found ${found}; expected ${expected}`,
    ),
    ...taken.map(
      ({ line, detail, caseId, isOpen }) =>
        `line ${line}: ${isOpen ? 'LOOK AT THIS: ' : ''}${detail}${caseId === null ? '' : ` (case ${caseId})`}`,
    ),
  ];
  // What stands in a file must not steer the terminal on which the report is read.
  return `${lines
    .map((line) => line.replaceAll(/\p{C}/gu, ' '))
    .join('\n')
    .trimEnd()}\n`;
}
