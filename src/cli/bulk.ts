import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import {
  BulkStart,
  BulkStartActDone,
  BulkStartPage,
  type BulkStartSummary,
} from '#api/contract/bulk-starts.ts';
import { bulkLines, bulkView } from './bulk-view.ts';
import { answering, type Cli, group } from './context.ts';
import { bytesOf } from './import.ts';
import { CliProblem, wrongUsage } from './io.ts';
import { countOption } from './numbers.ts';
import { clean } from './paint.ts';
import { ask } from './prompt.ts';

interface Json {
  readonly json?: boolean;
}

/** `gatehouse bulk …`: many departures from one list, previewed and approved as one. */
export function addBulk(program: Command, cli: Cli): void {
  const parent = group(program, 'bulk', 'many departures from one list, as in a layoff');

  answering(
    parent,
    'preview <file>',
    'have a CSV file of departures previewed; nothing happens. - is standard input',
  ).action(async (file: string, options: Json) => {
    const sent = { bytes: await bytesOf(cli.io, file), type: 'text/csv' };
    const taken = await cli.client().sendFile('/bulk-starts/import', sent, BulkStart);
    const it = await previewed(cli, taken);
    if (it.refused.length > 0) cli.fail();
    cli.answer(options, it, () => bulkView(it, cli));
  });

  answering(parent, 'list', 'bulk starts, the newest first')
    .addOption(countOption('--limit <count>', 'how many at most', 1, 200).default(50))
    .action(async ({ limit, ...options }: Json & { limit: number }) => {
      const page = await cli.client().get('/bulk-starts', BulkStartPage, { limit });
      cli.answer(options, page, () => bulkLines(page.items, cli));
    });

  answering(parent, 'show <id>', 'one bulk start: its preview, or where its departures are')
    .option('--people', 'with everybody in it')
    .action(async (id: string, { people = false, ...options }: Json & { people?: boolean }) => {
      const it = await cli.client().get(pathOf(id), BulkStart);
      cli.answer(options, it, () => bulkView(it, cli, { people }));
    });

  answering(parent, 'approve <id>', 'start everybody in it, as it was previewed')
    .option('--digest <digest>', 'of the preview that was looked at (“bulk show” names it)')
    .action(async (id: string, { digest, ...options }: Json & { digest?: string }) => {
      const agreed = digest ?? (await agreedDigest(cli, id));
      return act(cli, id, 'approve', { digest: agreed }, options);
    });

  answering(parent, 'withdraw <id>', 'nobody leaves by it; the list is forgotten').action(
    async (id: string, options: Json) => act(cli, id, 'withdraw', undefined, options),
  );

  answering(parent, 'release <id>', 'release every departure of it that is held')
    .option('--untold', 'people have not been told, and access ends now all the same')
    .option('--reason <text>', 'why; needed with --untold')
    .action(async (id: string, { json, ...body }: Json & Record<string, string | boolean>) =>
      act(cli, id, 'release', body, json ? { json } : {}),
    );
}

const pathOf = (id: string) => `/bulk-starts/${encodeURIComponent(id)}`;

async function act(
  cli: Cli,
  id: string,
  name: string,
  body: unknown,
  options: Json,
): Promise<void> {
  const done = await cli.client().send('POST', `${pathOf(id)}/${name}`, body, BulkStartActDone);
  cli.answer(options, done, () => [clean(done.detail), `Follow it: gatehouse bulk show ${id}`]);
}

const lookEveryMs = 500;

/** Waits for the preview, and says on standard error how far it is. */
async function previewed(cli: Cli, taken: BulkStart): Promise<BulkStart> {
  let it = taken;
  let told = '';
  while (it.state === 'planning') {
    const text = `Previewed ${it.planned} of ${starting(it)}`;
    if (text !== told && cli.io.stderr.isTTY) cli.io.stderr.write(`\r${text}`);
    told = text;
    await wait(lookEveryMs);
    it = await cli.client().get(pathOf(it.id), BulkStart);
  }
  if (told !== '' && cli.io.stderr.isTTY) cli.io.stderr.write('\r\u001b[K');
  return it;
}

const starting = (it: BulkStart): number =>
  it.list.filter((row) => row.standing === 'starts').length;

/** Shows what would happen once more, and has the number of people typed. */
async function agreedDigest(cli: Cli, id: string): Promise<string> {
  const it = await cli.client().get(pathOf(id), BulkStart);
  if (it.digest === null || it.preview === null || it.state !== 'waiting-for-approval') {
    throw new CliProblem(notYet(it));
  }
  if (it.preview.people === 0) throw new CliProblem('It would start nobody.');
  if (!cli.io.stdin.isTTY) {
    throw wrongUsage(
      `Nobody can be asked here. Look at the preview, then add --digest ${it.digest}`,
    );
  }
  cli.io.stderr.write(`${bulkView(it, cli).join('\n')}\n`);
  const answer = await ask(cli.io, 'Type the number of people who leave, to start: ');
  if (answer !== String(it.preview.people)) throw new CliProblem('Nothing was started.');
  return it.digest;
}

const notYet = (it: BulkStartSummary): string =>
  it.state === 'planning'
    ? 'It is still being previewed. Try again in a moment.'
    : `There is nothing to approve: this bulk start is ${it.state}.`;
