import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ListUploaded } from '#api/contract/lists.ts';
import { ImportReport } from '#api/contract/people.ts';
import { answering, type Cli, group } from './context.ts';
import { CliProblem, type Io, readAll } from './io.ts';
import { clean } from './paint.ts';
import { columns } from './table.ts';

/** `gatehouse import …`: people and departures, or the list of a connection, from CSV. */
export function addImport(program: Command, cli: Cli): void {
  const parent = group(program, 'import', 'take in people and departures, or lists of systems');
  answering(parent, 'people <file>', 'from a CSV file; - is standard input').action(
    async (file: string, options: { json?: boolean }) => {
      const bytes = await bytesOf(cli.io, file);
      const sent = { bytes, type: 'text/csv' };
      const report = await cli.client().sendFile('/people/import', sent, ImportReport);
      if (report.refused.length > 0 || report.setAside) cli.fail();
      cli.answer(options, report, () => reportLines(report, cli));
    },
  );
  answering(
    parent,
    'list <connection> <file>',
    'a new list of accounts or equipment, in the place of the last one; - is standard input',
  )
    .option('--smaller', 'the file is whole, although it is much shorter than the last one')
    .action(async (id: string, file: string, options: { json?: boolean; smaller?: boolean }) => {
      const bytes = await bytesOf(cli.io, file);
      const path = `/connections/${encodeURIComponent(id)}/list${options.smaller ? '?smaller=true' : ''}`;
      const sent = { bytes, type: 'text/csv' };
      const report = await cli.client().sendFile(path, sent, ListUploaded, 'PUT');
      if (report.refused.length > 0) cli.fail();
      cli.answer(options, report, () => [
        `${count(report.taken, 'row', 'rows')} taken in; the list has ${report.rows} now.`,
        ...refusalLines(report, cli),
        ...(report.refused.length > 0
          ? [
              'Until a list goes in without refused rows, nobody is looked up in it. Rows of the last list stay.',
            ]
          : []),
      ]);
    });
}

/** A file, or standard input for `-`. */
export async function bytesOf(io: Io, file: string): Promise<Uint8Array> {
  if (file === '-') return Buffer.from(await readAll(io.stdin));
  try {
    return await readFile(file);
  } catch (error) {
    throw new CliProblem(
      `${file} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function reportLines(it: ImportReport, cli: Cli): string[] {
  const { paint } = cli;
  if (it.setAside) {
    const { feed, reasons } = it.setAside;
    return [
      paint(
        'attention',
        'The file was set aside: it looks like a mistake. None of it was taken in.',
      ),
      ...reasons.map(({ text }) => clean(text)),
      `Look at it: gatehouse feed show ${feed}`,
      ...refusalLines(it, cli),
    ];
  }
  return [
    `${count(it.people, 'person', 'people')} taken in, ${it.changed} new or changed.`,
    ...(it.departures.length > 0
      ? [
          `${count(it.departures.length, 'departure', 'departures')}:`,
          ...columns(
            paint,
            it.departures.map(({ line, detail, caseId }) => [
              `line ${line}`,
              caseId ?? 'none',
              detail,
            ]),
          ),
        ]
      : []),
    ...refusalLines(it, cli),
  ];
}

/** What of a file was left out, and why. */
function refusalLines(
  it: Pick<ImportReport, 'refused' | 'unknownColumns'>,
  { paint }: Cli,
): string[] {
  const refusedRows = new Set(it.refused.map(({ line }) => line)).size;
  return [
    ...(it.unknownColumns.length > 0
      ? [`Columns that mean nothing here: ${it.unknownColumns.map(clean).join(', ')}`]
      : []),
    ...(refusedRows > 0
      ? [
          paint('attention', `${count(refusedRows, 'row', 'rows')} refused:`),
          ...columns(
            paint,
            it.refused.map(({ line, column, found, expected }) => [
              `line ${line}`,
              column ?? 'whole row',
              `found ${found}`,
              `expected ${expected}`,
            ]),
          ),
        ]
      : []),
  ];
}

const count = (number: number, one: string, many: string) =>
  `${number} ${number === 1 ? one : many}`;
