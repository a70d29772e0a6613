import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { AuditPage } from '#api/contract/audit.ts';
import { languages } from '#core/language.ts';
import { results } from '#core/result.ts';
import { grades } from '#core/step.ts';
import { answering, type Cli, group } from './context.ts';
import { fetchEvidence } from './evidence-file.ts';
import { write } from './io.ts';
import { momentFrom } from './moments.ts';
import { countOption } from './numbers.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

interface Criteria {
  readonly case?: string;
  readonly person?: string;
  readonly system?: string;
  readonly actor?: string;
  readonly type?: string;
  readonly grade?: string;
  readonly result?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

const withCriteria = (command: Command): Command =>
  command
    .option('--case <id>', 'of this departure')
    .option('--person <text>', 'about people of this name, address or HR id')
    .option('--system <connection>', 'in this system')
    .option('--actor <id>', 'by this user, source or process')
    .option('--type <type>', 'of this type, such as step.verified')
    .addOption(new Option('--grade <grade>', 'of this grade').choices(grades))
    .addOption(new Option('--result <result>', 'that went so').choices(results))
    .option('--from <day>', 'from this day or moment on')
    .option('--to <day>', 'up to the end of this day, or before this moment')
    .option('--text <words>', 'with all of these words');

/** `gatehouse audit …`: the record of everything that happened. */
export function addAudit(program: Command, cli: Cli): void {
  const parent = group(
    program,
    'audit',
    'the record of everything that happened: search, export, evidence',
  );

  parent
    .command('evidence')
    .description('fetch what proves every case that was sealed in a period, in one file')
    .requiredOption('--from <day>', 'every case that was sealed from this day on (UTC)')
    .requiredOption('--to <day>', 'up to the end of this day')
    .requiredOption('-o, --out <file>', 'where to, such as first-quarter.zip')
    .addOption(new Option('--language <language>', 'of the reports').choices(languages))
    .action(async ({ out, ...body }: { out: string; from: string; to: string }) =>
      fetchEvidence(cli, { path: '/evidence', body, out }),
    );

  withCriteria(answering(parent, 'search', 'facts, the newest first; looking is itself recorded'))
    .addOption(countOption('--limit <count>', 'how many at most', 1, 200).default(50))
    .option('--cursor <cursor>', 'go on where a search ended')
    .action(
      async ({
        json,
        limit,
        cursor,
        ...criteria
      }: Criteria & { json?: boolean; limit: number; cursor?: string }) => {
        const query = { ...queryFrom(criteria, cli.zone), limit, cursor };
        const page = await cli.client().get('/audit', AuditPage, query);
        cli.answer({ ...(json ? { json } : {}) }, page, () => pageLines(page, cli));
      },
    );

  withCriteria(parent.command('export').description('every fact of a choice, as a file'))
    .addOption(new Option('--format <format>').choices(['csv', 'jsonl', 'pdf']).default('jsonl'))
    .option('-o, --output <file>', 'into a file; otherwise to standard output')
    .action(
      async ({ format, output, ...criteria }: Criteria & { format: string; output?: string }) => {
        const query = { ...queryFrom(criteria, cli.zone), format };
        const pieces = cli.client().download('/audit/export', query);
        if (output === undefined) {
          for await (const piece of pieces) await write(cli.io.stdout, piece);
          return;
        }
        // What it holds is for few eyes.
        await pipeline(Readable.from(pieces), createWriteStream(output, { mode: 0o600 }));
        cli.io.stderr.write(`The export is in ${output}.\n`);
      },
    );
}

function queryFrom({ from, to, ...criteria }: Criteria, zone: string) {
  return {
    ...criteria,
    from: from === undefined ? undefined : momentFrom(from, zone, 'start').toISOString(),
    to: to === undefined ? undefined : momentFrom(to, zone, 'end').toISOString(),
  };
}

function pageLines(page: AuditPage, { paint, zone, now }: Cli): string[] {
  return [
    ...table(
      paint,
      ['Number', 'When', 'What', 'Person', 'System', 'By', 'Departure'],
      page.items.map((it) => [
        String(it.index),
        momentText(it.at, zone, now()),
        it.title,
        it.person ? personText(it.person) : '',
        it.system ?? '',
        it.actor ? (it.actor.name ?? it.actor.id) : '',
        it.case ?? '',
      ]),
      'Nothing of that kind is in the record.',
    ),
    ...(page.pruned
      ? [
          paint(
            'quiet',
            `Facts that were recorded until ${momentText(page.pruned.newestAt, zone, now())} were pruned on ` +
              `${momentText(page.pruned.at, zone, now())}; those below ${page.pruned.below} are not found any more.`,
          ),
        ]
      : []),
    ...(page.withheldCases > 0
      ? [paint('quiet', `Withheld from you: confidential departures (${page.withheldCases}).`)]
      : []),
    ...(page.nextCursor ? [`More: add --cursor ${page.nextCursor}`] : []),
  ];
}

const personText = ({ ref, name, erasedAt }: NonNullable<AuditPage['items'][number]['person']>) =>
  erasedAt === null ? (name ?? ref) : `erased ${erasedAt.slice(0, 10)}; digest is in place`;
