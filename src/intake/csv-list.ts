import { type Reading, readEmail, readId, readTruth, readWord } from '#connector-kit/facts.ts';
import type { ListKind, ListRow } from '#core/uploaded-list.ts';
import { type CsvRefusal, cellsOf, columnName, problemWithTable, unknownIn } from './csv-cells.ts';
import { cutCsv } from './csv-lines.ts';
import { quoted, readLine } from './csv-row.ts';

/** How a list of each kind spells its rows. */
const kinds = {
  accounts: {
    name: 'login',
    key: 'login',
    required: ['login'],
    columns: ['id', 'login', 'person_id', 'email', 'status', 'privileged'],
    open: ['active', 'enabled'],
    ended: ['blocked', 'disabled', 'suspended', 'inactive'],
  },
  equipment: {
    name: 'name',
    key: 'serial',
    required: ['name', 'serial'],
    columns: ['id', 'name', 'serial', 'person_id', 'email', 'status'],
    open: ['in use'],
    ended: ['returned'],
  },
} as const satisfies Record<ListKind, object>;

/** Every column that a list of this kind may have. */
export const listColumns = (kind: ListKind): readonly string[] => kinds[kind].columns;

export interface ListReport {
  /** Why the file as a whole was not read; then there are no rows. */
  readonly problem: string | null;
  readonly rows: readonly ListRow[];
  readonly refused: readonly CsvRefusal[];
  readonly unknownColumns: readonly string[];
}

const unread = (problem: string): ListReport => ({
  ...{ problem, rows: [], refused: [], unknownColumns: [] },
});

/** Reads a list of accounts or of equipment. Never throws for what is in the file. */
export function readListCsv(bytes: Uint8Array, kind: ListKind): ListReport {
  const file = cutCsv(bytes);
  if (file.problem !== null) return unread(file.problem);
  const columns: ReadonlySet<string> = new Set(listColumns(kind));
  const header = file.header.map(columnName);
  const problem =
    problemWithTable(file, { columns, requiredColumns: kinds[kind].required }) ??
    problemWithHolder(header);
  if (problem !== null) return unread(problem);

  const rows: { line: number; row: ListRow }[] = [];
  const refused: CsvRefusal[] = [];
  const linesOf = new Map<string, number[]>();
  for (const record of file.records) {
    const cells = cellsOf(record, header);
    if ('refusal' in cells) {
      refused.push({ line: record.line, ...cells.refusal });
      continue;
    }
    const { row, refusals } = readRow(cells.of, kind);
    refused.push(...refusals.map((refusal) => ({ line: record.line, ...refusal })));
    linesOf.set(row.key, [...(linesOf.get(row.key) ?? []), record.line]);
    if (refusals.length === 0) rows.push({ line: record.line, row });
  }

  // Two rows of one key may contradict each other, and nothing tells which one holds.
  const isTwice = ({ line, row }: (typeof rows)[number]): boolean => {
    const other = linesOf.get(row.key)?.find((it) => it !== line);
    if (other === undefined) return false;
    const column = header.includes('id') ? 'id' : kinds[kind].key;
    const found = `${quoted(row.key)}, as in line ${other}`;
    refused.push({ line, column, found, expected: 'each once' });
    return true;
  };
  return {
    problem: null,
    rows: rows.filter((it) => !isTwice(it)).map(({ row }) => row),
    refused: refused.toSorted((a, b) => a.line - b.line),
    unknownColumns: unknownIn(file.header, columns),
  };
}

/** Without knowing whose they are, nobody would ever be found. */
const problemWithHolder = (header: readonly string[]): string | null =>
  header.includes('person_id') || header.includes('email')
    ? null
    : 'The first line must name a column person_id or email, which says whose each row is.';

function readRow(
  cell: (column: string) => string,
  kind: ListKind,
): { row: ListRow; refusals: readonly Omit<CsvRefusal, 'line'>[] } {
  const refusals: Omit<CsvRefusal, 'line'>[] = [];
  const { name, key, open, ended } = kinds[kind];

  function read<T>(column: string, reader: (text: string) => Reading<T>): T | null {
    const text = cell(column);
    if (text === '') return null;
    const reading = reader(text);
    if (reading.kind === 'value') return reading.value;
    refusals.push({ column, found: quoted(text), expected: reading.expected });
    return null;
  }
  for (const column of kinds[kind].required) {
    if (cell(column) !== '') continue;
    refusals.push({ column, found: 'nothing', expected: `the ${column} of each row` });
  }
  const status = read('status', readWord([...open, ...ended]));
  const row: ListRow = {
    key: read('id', readId) ?? read(key, readId) ?? '',
    name: read(name, readLine) ?? '',
    personId: read('person_id', readId),
    email: read('email', readEmail),
    serial: kind === 'equipment' ? read('serial', readId) : null,
    isOpen: status === null || (open as readonly string[]).includes(status),
    privileged: kind === 'accounts' ? (read('privileged', readTruth) ?? false) : false,
  };
  return { row, refusals: refusals.filter(isFirst) };
}

/** One word about one cell, which may have been read twice. */
const isFirst = (
  it: Omit<CsvRefusal, 'line'>,
  i: number,
  all: readonly Omit<CsvRefusal, 'line'>[],
): boolean => all.findIndex(({ column }) => column === it.column) === i;
