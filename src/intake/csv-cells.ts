import type { CsvFile, CsvRecord } from './csv-lines.ts';

// What every file of rows has in common, whatever its columns.

/** More rows are refused with the whole file. */
export const maximumCsvRows = 50_000;

/** One thing that is wrong with one row. A row may have several. */
export interface CsvRefusal {
  readonly line: number;
  /** Null: the row as a whole. */
  readonly column: string | null;
  readonly found: string;
  readonly expected: string;
}

/** `Person ID` and `person-id` are `person_id`. */
export const columnName = (title: string) =>
  title
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');

interface Columns {
  /** Every column that is read. */
  readonly columns: ReadonlySet<string>;
  readonly requiredColumns: readonly string[];
}

/** Why the file as a whole cannot be taken; null: its rows can be read. */
export function problemWithTable(
  file: Extract<CsvFile, { problem: null }>,
  { columns, requiredColumns }: Columns,
): string | null {
  const header = file.header.map(columnName);
  const missing = requiredColumns.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    const found = header.slice(0, 5).join(', ').slice(0, 80);
    return `The first line must name the columns. It lacks ${missing.join(', ')}; found: ${found}.`;
  }
  const twice = header.find((name, i) => columns.has(name) && header.indexOf(name) !== i);
  if (twice !== undefined) {
    return `The column ${twice} stands in the header twice. Take one of them away.`;
  }
  const rows = file.records.length;
  return rows > maximumCsvRows
    ? `The file has ${rows} rows; at most ${maximumCsvRows} are taken. Split it in two.`
    : null;
}

/** The titles of the columns that mean nothing here. */
export const unknownIn = (header: readonly string[], columns: ReadonlySet<string>): string[] =>
  header.flatMap((title, i) => {
    if (columns.has(columnName(title))) return [];
    return title.trim() === '' ? `column ${i + 1}, which has no name` : title.trim();
  });

type Cells =
  | { readonly of: (column: string) => string }
  | { readonly refusal: Omit<CsvRefusal, 'line'> };

/** The cells of one row by the names of their columns, empty where the file has none. */
export function cellsOf(record: CsvRecord, header: readonly string[]): Cells {
  if ('broken' in record) {
    const expected =
      'a field with commas or quotation marks stands in quotation marks, doubled inside';
    return { refusal: { column: null, found: record.broken, expected } };
  }
  if (record.fields.length !== header.length) {
    const found = `${record.fields.length} fields`;
    const expected = `${header.length}, as in the header; a comma inside a field needs quotation marks`;
    return { refusal: { column: null, found, expected } };
  }
  return { of: (column) => record.fields[header.indexOf(column)]?.trim() ?? '' };
}
