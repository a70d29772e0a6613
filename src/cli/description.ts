import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse, stringify } from 'yaml';
import { ConnectionSaved } from '#api/contract/connections.ts';
import {
  DescriptionFile,
  ReadyDescriptionPage,
  WholeDescription,
} from '#api/contract/descriptions.ts';
import { checkLines } from './connection.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { bytesOf } from './import.ts';
import { CliProblem } from './io.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';

interface Json {
  readonly json?: boolean;
}

const readyPath = (id: string) => `/descriptions/${encodeURIComponent(id)}`;
const pathOf = (connection: string) => `/connections/${encodeURIComponent(connection)}/description`;

/** `gatehouse description …`: systems described as data, as files. */
export function addDescription(program: Command, cli: Cli): void {
  const parent = group(
    program,
    'description',
    'systems described as data: list, show, draft, export, import',
  );

  answering(parent, 'list', 'those that come along').action(async (options: Json) => {
    const found = await everything(cli, '/descriptions', ReadyDescriptionPage);
    cli.answer(options, found, () =>
      table(
        cli.paint,
        ['Description', 'System', 'Does'],
        found.map((it) => [it.id, it.name, it.does]),
        'None come along.',
      ),
    );
  });

  answering(parent, 'show <id>', 'one that comes along, with its sources and traps').action(
    async (id: string, options: Json) => {
      const { file } = await cli.client().get(readyPath(id), WholeDescription);
      cli.answer(options, file, () => [yamlOf(file)]);
    },
  );

  answering(parent, 'draft <id>', 'a connection made of one that comes along, to be filled in')
    .option('-o, --output <file>', 'into a file')
    .action(async (id: string, { output, ...options }: Json & { output?: string }) => {
      const { connector, settings, file } = await cli.client().get(readyPath(id), WholeDescription);
      const draft = { id, connector, settings };
      const text = draftText(draft, file);
      await give(cli, options, { draft, text, output, what: `A draft for ${id}` });
    });

  answering(parent, 'export <connection>', 'the description of a connection, to be handed on')
    .option('-o, --output <file>', 'into a file')
    .action(async (connection: string, { output, ...options }: Json & { output?: string }) => {
      const file = await cli.client().get(pathOf(connection), DescriptionFile);
      const what = `The description of ${connection}`;
      await give(cli, options, { draft: file, text: yamlOf(file), output, what });
    });

  answering(
    parent,
    'import <connection> <file>',
    'put another description in its place; - is standard input',
  ).action(async (connection: string, name: string, options: Json) => {
    const file = await readFile(cli, name);
    const saved = await cli.client().send('PUT', pathOf(connection), file, ConnectionSaved);
    if (!saved.check.works) cli.fail();
    cli.answer(options, saved, () => [
      clean(`${saved.connection.id} has a new description.`),
      ...checkLines(saved.check, cli),
    ]);
  });
}

type Content = Record<string, unknown>;

/** What has to be known stands above, as comments. */
function draftText(draft: object, { about, connect }: Content): string {
  const {
    traps = [],
    byHand = [],
    proves,
  } = { ...(about as Record<string, string[]> | undefined) };
  const { credential } = { ...(connect as Content | undefined) };
  const said = [
    'Fill in what is written in capitals; secrets are asked for, and stand in no file.',
    ...(credential ? [`Credential: ${credential}`] : []),
    ...(proves ? [`Proves: ${proves}`] : []),
    ...traps.map((it) => `Trap: ${it}`),
    ...byHand.map((it) => `By hand: ${it}`),
  ];
  return [...said.map((it) => `# ${it.replaceAll('\n', ' ')}`), yamlOf(draft)].join('\n');
}

const yamlOf = (it: unknown): string =>
  stringify(it, { lineWidth: 0, nullStr: '', aliasDuplicateObjects: false }).trimEnd();

async function give(
  cli: Cli,
  options: Json,
  it: { draft: unknown; text: string; output: string | undefined; what: string },
): Promise<void> {
  if (it.output === undefined) return cli.answer(options, it.draft, () => [it.text]);
  await writeFile(it.output, `${it.text}\n`);
  cli.answer(options, it.draft, () => [`${it.what} is in ${it.output}.`]);
}

/** The file of a description; also a connection that holds one. */
async function readFile(cli: Cli, name: string): Promise<unknown> {
  const text = Buffer.from(await bytesOf(cli.io, name)).toString('utf8');
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new CliProblem(`${name} is not readable as YAML: ${reason}`);
  }
  const read = DescriptionFile.safeParse(content);
  if (read.success) return read.data;
  throw new CliProblem(
    `${name} holds no description. A file of one has "description:" at its beginning, as gatehouse description export writes it.`,
  );
}
