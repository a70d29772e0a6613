import type { ArrivalFacts } from '#core/arrival.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { PersonFacts } from '#core/person.ts';
import { type CsvRefusal, cellsOf, columnName, problemWithTable, unknownIn } from './csv-cells.ts';
import { cutCsv } from './csv-lines.ts';
import { columns, readCsvRow, requiredColumns } from './csv-row.ts';

export interface CsvOptions {
  /** Where the company is, such as 2026-12-01; dates far from it are typing errors. */
  readonly today: string;
  /** IANA names that count as known. Default: those of this machine's time zone data. */
  readonly knownZones?: ReadonlySet<string>;
}

export interface CsvRow {
  /** Counted from 1; the header is line 1. */
  readonly line: number;
  readonly person: PersonFacts;
  readonly departure: DepartureFacts | null;
  readonly arrival: ArrivalFacts | null;
  /** HR id of who takes over; null: the row does not say. */
  readonly successor: string | null;
}

export interface CsvReport {
  /** Why the file as a whole was not read; then there are no rows. */
  readonly problem: string | null;
  readonly rows: readonly CsvRow[];
  readonly refused: readonly CsvRefusal[];
  readonly unknownColumns: readonly string[];
}

/**
 * Reads a file of people and departures. Every row stands alone: good ones come out as facts, each
 * bad one is reported. Never throws for what is in the file.
 */
export function readPeopleCsv(bytes: Uint8Array, options: CsvOptions): CsvReport {
  const file = cutCsv(bytes);
  if (file.problem !== null) return unread(file.problem);
  const header = file.header.map(columnName);
  const problem = problemWithTable(file, { columns, requiredColumns });
  if (problem !== null) return unread(problem);

  const rows: CsvRow[] = [];
  const refused: CsvRefusal[] = [];
  const linesOf = new Map<string, number[]>();
  for (const record of file.records) {
    const cells = cellsOf(record, header);
    if ('refusal' in cells) {
      refused.push({ line: record.line, ...cells.refusal });
      continue;
    }
    const row = readCsvRow(cells.of, options);
    refused.push(...row.refusals.map((refusal) => ({ line: record.line, ...refusal })));
    if (row.facts) rows.push({ line: record.line, ...row.facts });
    if (row.identity === null) continue;
    const lines = linesOf.get(row.identity);
    if (lines) lines.push(record.line);
    else linesOf.set(row.identity, [record.line]);
  }

  // Two rows of one person may contradict each other, and nothing tells which one holds.
  const isRepeated = new Set<number>();
  for (const lines of linesOf.values()) {
    if (lines.length === 1) continue;
    for (const line of lines) {
      isRepeated.add(line);
      refused.push({ line, column: 'person_id', ...repetition(lines, line) });
    }
  }
  return {
    problem: null,
    rows: rows.filter((row) => !isRepeated.has(row.line)),
    refused: refused.toSorted((a, b) => a.line - b.line),
    unknownColumns: unknownIn(file.header, columns),
  };
}

function repetition(lines: readonly number[], line: number) {
  const others = lines.slice(0, 4).filter((it) => it !== line);
  const more = lines.length > 4 ? ' and more' : '';
  return {
    found: `the same person and employment as in line ${others.slice(0, 3).join(', ')}${more}`,
    expected: 'each employment of a person once',
  };
}

const unread = (problem: string): CsvReport => ({
  problem,
  rows: [],
  refused: [],
  unknownColumns: [],
});
