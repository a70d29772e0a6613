import type { Command } from 'commander';
import { type Leaver, Population, Sample } from '#api/contract/population.ts';
import { csvLine } from '#core/event-rows.ts';
import { answering, type Cli } from './context.ts';
import { write } from './io.ts';
import { countOption } from './numbers.ts';
import { table } from './table.ts';

interface Period {
  readonly from: string;
  readonly to: string;
}

const withPeriod = (command: Command): Command =>
  command
    .requiredOption('--from <day>', 'the first day on which somebody left, such as 2026-01-01')
    .requiredOption('--to <day>', 'the last one');

/** `gatehouse population`: was everybody who left offboarded? */
export function addPopulation(program: Command, cli: Cli): void {
  withPeriod(answering(program, 'population', 'who left, by HR and by the cases'))
    .option('--csv', 'print it as CSV')
    .action(async ({ from, to, csv, ...options }: Period & { csv?: true; json?: boolean }) => {
      const found = await cli.client().get('/population', Population, { from, to });
      if (csv) {
        await write(cli.io.stdout, Buffer.from(csvOf(found.items)));
        // The list itself stays a table.
        for (const line of unreadLines(found)) cli.io.stderr.write(`${line}\n`);
        return;
      }
      cli.answer(options, found, () => populationLines(found, cli));
    });

  withPeriod(
    answering(program, 'sample', 'pick some of those who left, so that it can be repeated'),
  )
    .addOption(countOption('--count <count>', 'how many', 1, 100).default(25))
    .option('--seed <text>', 'draw again what was drawn with it; left out: one is made up')
    .action(
      async ({
        from,
        to,
        count,
        seed,
        ...options
      }: Period & { count: number; seed?: string; json?: boolean }) => {
        const asked = { from, to, count, ...(seed === undefined ? {} : { seed }) };
        const drawn = await cli.client().send('POST', '/samples', asked, Sample);
        cli.answer(options, drawn, () => sampleLines(drawn, cli));
      },
    );
}

const columns = [
  'id',
  'person_id',
  'employment_id',
  'name',
  'left_on',
  'source',
  'heard_at',
  'case',
  'state',
  'access_removed_at',
  'missing',
];

const csvOf = (items: readonly Leaver[]): string =>
  [
    csvLine(columns),
    ...items.map((it) =>
      csvLine([
        it.id,
        it.personId,
        it.employmentId,
        it.name,
        it.leftOn,
        it.source,
        it.heardAt,
        it.caseId,
        it.state,
        it.accessRemovedAt,
        it.missing,
      ]),
    ),
  ].join('');

const withheldLines = (count: number, { paint }: Cli): string[] =>
  count > 0 ? [paint('quiet', `Withheld from you: confidential departures (${count}).`)] : [];

/** When nobody could have heard of a departure. */
const unreadLines = ({ unread }: Pick<Population, 'unread'>): string[] =>
  unread.map(({ source, from, to }) => {
    const since = from === null ? 'before' : `from ${from} until`;
    const until = to ?? 'now';
    return `${source} was not read ${since} ${until}: whoever left then may be missing here.`;
  });

function populationLines(
  { items, missing, digest, withheld, unread }: Population,
  cli: Cli,
): string[] {
  const without = items.filter((it) => it.missing !== null);
  return [
    `${items.length} left, ${items.length - missing} have a departure, ${missing} are missing.`,
    ...(without.length > 0
      ? table(
          cli.paint,
          ['Left', 'Person', 'Told by', 'Why'],
          without.map((it) => [it.leftOn, it.name, it.source ?? '', it.missing ?? '']),
          '',
        )
      : []),
    ...unreadLines({ unread }).map((it) => cli.paint('attention', it)),
    ...withheldLines(withheld, cli),
    `Digest of the list: ${digest}`,
  ];
}

const decidedWord = { granted: 'approved', denied: 'denied' } as const;

/** Such as “Approval of Delete the account: approved by Mei Tanaka, 2026-11-29T20:44:15.000Z”. */
export function approvalLine(it: Sample['items'][number]['approvals'][number]): string {
  const { decision, approvedFirstBy: first } = it;
  const acts = [
    ...(first === null ? [] : [`approved by ${first}, ${it.approvedFirstAt}`]),
    ...(decision === null
      ? [it.voidedBecause ?? (first === null ? 'nobody has decided' : 'nobody else has decided')]
      : [`${decidedWord[decision]} by ${it.decidedBy}, ${it.decidedAt}`]),
  ];
  const reason = decision === null || it.reason === null ? '' : `: ${it.reason}`;
  const rest = decision === null || it.usedAt !== null ? '' : ', not used';
  return `Approval of ${it.title}: ${acts.join('; ')}${rest}${reason}`;
}

function sampleLines({ items, seed, population, unread }: Sample, cli: Cli): string[] {
  return [
    `${items.length} of ${population.size}, drawn with the seed ${seed}.`,
    ...items.flatMap((it) => [
      '',
      cli.paint('strong', `${it.name}, left ${it.leftOn}: ${it.id}`),
      `  Told by ${it.source ?? 'nobody but the departure itself'}; access removed ${it.accessRemovedAt ?? 'not yet'}`,
      ...it.steps.map(
        ({ title, system, grade, settledAt }) =>
          `  ${title}${system === null ? '' : ` in ${system}`}: ${grade ?? 'open'}${settledAt === null ? '' : `, ${settledAt}`}`,
      ),
      ...it.approvals.map((one) => `  ${approvalLine(one)}`),
      ...it.exceptions.map((text) => `  ${cli.paint('attention', text)}`),
    ]),
    '',
    ...unreadLines({ unread }).map((it) => cli.paint('attention', it)),
    ...withheldLines(population.withheld, cli),
    `Digest of the whole list: ${population.digest}`,
  ];
}
