import { parse } from 'csv-parse/sync';

/** Larger files are refused whole. */
export const maximumCsvBytes = 10 * 1024 * 1024;

/** A row as it stands in the file. `line` is where it begins, counted from 1. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly broken: string };

export type CsvFile =
  | { readonly problem: string }
  | {
      readonly problem: null;
      /** Without the unnamed columns that spreadsheets leave at the end. */
      readonly header: readonly string[];
      readonly records: readonly CsvRecord[];
    };

/** A field in quotation marks may go on over so many lines. */
const maximumLinesOfRecord = 50;

/**
 * Cuts a file into its header and its rows. A row that is broken, by a quotation mark that nobody
 * closed for instance, takes no other row with it: reading goes on at the next line.
 */
export function cutCsv(bytes: Uint8Array): CsvFile {
  const text = textOf(bytes);
  if (text.problem !== null) return text;
  const lines = text.text.split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first === -1) return { problem: 'The file is empty.' };

  const delimiter = delimiterOf(lines[first]!);
  const header = recordAt(lines, first, delimiter, Number.POSITIVE_INFINITY);
  if ('broken' in header.record) {
    return { problem: `The header in line ${first + 1} cannot be read: ${header.record.broken}.` };
  }
  const names = withoutUnnamedEnd(header.record.fields);

  const records: CsvRecord[] = [];
  for (let i = header.next; i < lines.length; ) {
    if (isBlank(lines[i]!, delimiter)) {
      i += 1;
      continue;
    }
    const { record, next } = recordAt(lines, i, delimiter, names.length);
    records.push(withoutBlankEnd(record, names.length, header.record.fields.length));
    i = next;
  }
  return { problem: null, header: names, records };
}

function textOf(bytes: Uint8Array): { problem: string } | { problem: null; text: string } {
  if (bytes.length > maximumCsvBytes) {
    const megabytes = (bytes.length / 1024 / 1024).toFixed(1);
    return { problem: `The file has ${megabytes} MB; at most 10 MB are taken. Split it in two.` };
  }
  const beginning = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  if (beginning === 'PK\u0003\u0004') {
    return { problem: 'This is a workbook, not CSV. Save it as "CSV UTF-8" and send that file.' };
  }
  if (beginning.startsWith('\u00ff\u00fe') || beginning.startsWith('\u00fe\u00ff')) {
    return { problem: 'The file is in UTF-16. Save it as "CSV UTF-8" and send that file.' };
  }
  try {
    // The decoder takes a byte-order mark away.
    return { problem: null, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const line = lineOfBadByte(bytes);
    return { problem: `Line ${line} is not UTF-8. Save the file as "CSV UTF-8" and send that.` };
  }
}

function lineOfBadByte(bytes: Uint8Array): number {
  let line = 1;
  let from = 0;
  const isText = (part: Uint8Array) => !Buffer.from(part).toString('utf8').includes('\ufffd');
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
    if (!isText(bytes.subarray(from, end))) return line;
    from = end + 1;
    line += 1;
  }
  return line;
}

/** Comma or semicolon, whichever the header has more of outside quotation marks. */
function delimiterOf(header: string): ',' | ';' {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  return bare.split(';').length > bare.split(',').length ? ';' : ',';
}

const isBlank = (line: string, delimiter: string) => line.replaceAll(delimiter, '').trim() === '';

interface Found {
  readonly record: CsvRecord;
  /** Index of the line to go on with. */
  readonly next: number;
}

const quotesIn = (line: string) => line.split('"').length - 1;

function recordAt(
  lines: readonly string[],
  start: number,
  delimiter: string,
  width: number,
): Found {
  const line = start + 1;
  const first = lines[start]!;
  if (!first.includes('"')) {
    return { record: { line, fields: first.split(delimiter) }, next: line };
  }
  const isOpen = quotesIn(first) % 2 === 1;
  const broken = isOpen
    ? 'a quotation mark that is never closed'
    : 'a quotation mark in the middle of a field';
  let quotes = 0;
  for (let end = start; end < Math.min(lines.length, start + maximumLinesOfRecord); end++) {
    quotes += quotesIn(lines[end]!);
    if (quotes % 2 === 1) continue;
    const fields = fieldsIn(lines.slice(start, end + 1).join('\n'), delimiter);
    if (fields === null || (end > start && swallows(fields, delimiter, width))) break;
    return { record: { line, fields }, next: end + 1 };
  }
  return { record: { line, broken }, next: line };
}

function fieldsIn(text: string, delimiter: string): readonly string[] | null {
  try {
    const records = parse(text, { delimiter, relax_column_count: true, ltrim: true, rtrim: true });
    return records.length === 1 ? (records[0] ?? null) : null;
  } catch {
    return null; // csv-parse throws for every quotation mark out of place
  }
}

/** Two open quotation marks can make one row of many: then a line inside looks like a row itself. */
const swallows = (fields: readonly string[], delimiter: string, width: number) =>
  fields.some((field) =>
    field
      .split('\n')
      .slice(1)
      .some((line) => line.split(delimiter).length >= width),
  );

function withoutUnnamedEnd(names: readonly string[]): readonly string[] {
  const last = names.findLastIndex((name) => name.trim() !== '');
  return names.slice(0, last + 1);
}

/** Takes the fields of unnamed columns at the end away, if there is nothing in them. */
function withoutBlankEnd(record: CsvRecord, named: number, inHeader: number): CsvRecord {
  if ('broken' in record || record.fields.length > inHeader) return record;
  const isBlankEnd = record.fields.slice(named).every((field) => field.trim() === '');
  return isBlankEnd ? { line: record.line, fields: record.fields.slice(0, named) } : record;
}
