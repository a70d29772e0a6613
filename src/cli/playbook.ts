import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  Playbook,
  PlaybookChecked,
  PlaybookPage,
  type PlaybookSummary,
} from '#api/contract/playbooks.ts';
import { around, diffLines } from '#core/line-diff.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { bytesOf } from './import.ts';
import { CliProblem, noneNamed } from './io.ts';
import { countOption } from './numbers.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

interface Json {
  readonly json?: boolean;
}

/** `gatehouse playbook …`: which steps, for whom, when, as files. */
export function addPlaybook(program: Command, cli: Cli): void {
  const parent = group(program, 'playbook', 'playbooks: list, import, export, publish, diff');

  answering(parent, 'list', 'published versions and drafts, in routing order')
    .option('--all', 'also versions that were replaced')
    .action(async ({ all, ...options }: Json & { all?: boolean }) => {
      const found = await everything(cli, '/playbooks', PlaybookPage);
      const items = all ? found : found.filter((it) => it.status !== 'retired');
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Playbook', 'Version', 'Title', 'Status', 'Since'],
          items.map((it) => [
            it.name,
            String(it.number),
            it.title,
            { text: it.status, tone: it.status === 'published' ? 'good' : 'plain' },
            momentText(it.createdAt, cli.zone, cli.now()),
          ]),
          'There is no playbook yet. Bring one: gatehouse playbook import FILE.yaml',
        ),
      );
    });

  answering(parent, 'import <file>', 'store a file as the next draft; - is standard input').action(
    async (file: string, options: Json) => {
      const sent = { bytes: await bytesOf(cli.io, file), type: 'application/yaml' };
      const checked = await cli.client().sendFile('/playbooks/import', sent, PlaybookChecked);
      cli.answer(options, checked, () => checkedLines(checked, cli));
    },
  );

  answering(parent, 'publish <name>', 'make the newest draft what new departures follow').action(
    async (name: string, options: Json) => {
      const all = await versionsOf(cli, name);
      const draft = all.find((it) => it.status === 'draft') ?? all[0]!;
      const path = `/playbooks/${draft.id}/publish`;
      const checked = await cli.client().send('POST', path, undefined, PlaybookChecked);
      cli.answer(options, checked, () => checkedLines(checked, cli));
    },
  );

  answering(
    parent,
    'export <name>',
    'write the document of a playbook: what is published, else the newest',
  )
    .addOption(countOption('--number <version>', 'this version', 1, 1_000_000))
    .option('-o, --output <file>', 'into a file')
    .action(
      async (
        name: string,
        { number, output, ...options }: Json & { number?: number; output?: string },
      ) => {
        const found = await version(cli, name, number);
        if (output === undefined) {
          return cli.answer(options, found, () => [found.text.replace(/\n$/, '')]);
        }
        await writeFile(output, found.text);
        cli.answer(options, found, () => [`${found.name} ${found.number} is in ${output}.`]);
      },
    );

  answering(parent, 'diff <file>', 'compare a file with what is published, or the newest draft')
    .addOption(countOption('--number <version>', 'with this version', 1, 1_000_000))
    .action(async (file: string, { number, ...options }: Json & { number?: number }) => {
      const text = Buffer.from(await bytesOf(cli.io, file)).toString('utf8');
      const found = await version(cli, nameIn(file, text), number);
      const lines = diffLines(found.text, text);
      const changed = lines.filter((it) => it.sign !== ' ');
      cli.answer(options, { playbook: found.name, number: found.number, changed }, () =>
        changed.length === 0
          ? [`${file} is the same as ${found.name} ${found.number}.`]
          : [
              cli.paint('quiet', `- ${found.name} ${found.number}`),
              cli.paint('quiet', `+ ${clean(file)}`),
              ...around(lines, 3).map((line) => diffText(line, cli)),
            ],
      );
    });
}

const tones = { '+': 'good', '-': 'attention', ' ': 'plain' } as const;

function diffText(line: ReturnType<typeof around>[number], { paint }: Cli): string {
  if (line === null) return paint('quiet', '…');
  const text = `${line.sign}${line.text.replaceAll('\t', '  ')}`;
  return paint(tones[line.sign], clean(text));
}

async function versionsOf(cli: Cli, name: string): Promise<readonly PlaybookSummary[]> {
  const all = await everything(cli, '/playbooks', PlaybookPage);
  const found = all.filter((it) => it.name === name || it.id === name);
  if (found.length > 0) return found.toSorted((a, b) => b.number - a.number);
  const names = [...new Set(all.map((it) => it.name))];
  throw new CliProblem(noneNamed('playbook', name, names));
}

async function version(cli: Cli, name: string, number: number | undefined): Promise<Playbook> {
  const all = await versionsOf(cli, name);
  const wanted =
    number === undefined
      ? (all.find((it) => it.status === 'published') ?? all[0])
      : all.find((it) => it.number === number);
  if (!wanted)
    throw new CliProblem(`${name} has no version ${number}; the newest is ${all[0]?.number}.`);
  return cli.client().get(`/playbooks/${wanted.id}`, Playbook);
}

function nameIn(file: string, text: string): string {
  try {
    return z.object({ playbook: z.string() }).parse(parse(text)).playbook;
  } catch {
    throw new CliProblem(`${file} is no playbook: its first line is "playbook: NAME".`);
  }
}

function checkedLines({ playbook, problems }: PlaybookChecked, { paint }: Cli): string[] {
  return [
    clean(`${playbook.name} ${playbook.number}: ${playbook.status}.`),
    ...problems.map((it) => {
      const where = [it.step && `step ${it.step}`, it.line && `line ${it.line}`]
        .filter(Boolean)
        .join(', ');
      const text = clean(
        `  ${it.severity}${where ? ` in ${where}` : ''}: ${it.problem} ${it.mend}`,
      );
      return paint(it.severity === 'error' ? 'attention' : 'plain', text);
    }),
    ...(playbook.status === 'draft'
      ? [
          'New departures follow it once it is published: ' +
            `gatehouse playbook publish ${playbook.name}`,
        ]
      : []),
  ];
}
