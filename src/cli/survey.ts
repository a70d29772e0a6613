import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { Survey, SurveyPage, SurveyResults } from '#api/contract/surveys.ts';
import { answering, type Cli, group } from './context.ts';
import { kindOption } from './departure-options.ts';
import { everything } from './everything.ts';
import { bytesOf } from './import.ts';
import { CliProblem } from './io.ts';
import { clean } from './paint.ts';
import { columns, table } from './table.ts';
import { momentText } from './times.ts';

interface Json {
  readonly json?: boolean;
}

/** `gatehouse survey …`: what people are asked who leave, and what they answered. */
export function addSurvey(program: Command, cli: Cli): void {
  const parent = group(
    program,
    'survey',
    'surveys for people who leave: list, export, import, results',
  );

  answering(parent, 'list', 'what is asked now').action(async (options: Json) => {
    const found = await everything(cli, '/surveys', SurveyPage);
    cli.answer(options, found, () =>
      table(
        cli.paint,
        ['Survey', 'Version', 'Title', 'Languages', 'Questions', 'Since'],
        found.map((it) => [
          it.name,
          `${it.number}`,
          it.title,
          it.languages.join(', '),
          `${it.questions}`,
          momentText(it.createdAt, cli.zone, cli.now()),
        ]),
        'There is no survey yet. Bring one: gatehouse survey import FILE.yaml',
      ),
    );
  });

  answering(parent, 'export <name>', 'write the document of a survey, as it is asked now')
    .option('-o, --output <file>', 'into a file')
    .action(async (name: string, { output, ...options }: Json & { output?: string }) => {
      const found = await cli.client().get(`/surveys/${encodeURIComponent(name)}`, Survey);
      if (output === undefined)
        return cli.answer(options, found, () => [found.text.replace(/\n$/, '')]);
      await writeFile(output, found.text);
      cli.answer(options, found, () => [`${found.name} ${found.number} is in ${output}.`]);
    });

  answering(
    parent,
    'import <file>',
    'ask what this file asks from now on; - is standard input',
  ).action(async (file: string, options: Json) => {
    const bytes = await bytesOf(cli.io, file);
    const name = nameIn(file, Buffer.from(bytes).toString('utf8'));
    const path = `/surveys/${encodeURIComponent(name)}`;
    const sent = { bytes, type: 'application/yaml' };
    const saved = await cli.client().sendFile(path, sent, Survey, 'PUT');
    cli.answer(options, saved, () => [
      clean(
        `${saved.name} ${saved.number} is asked from now on. Invitations that are out keep theirs.`,
      ),
    ]);
  });

  answering(parent, 'results <name>', 'what people answered, for groups of five or more; for HR')
    .option('--from <day>', 'invited on this day or later')
    .option('--to <day>', 'invited on this day or before')
    .option('--department <name>', 'of this department')
    .option('--location <name>', 'of this location')
    .addOption(kindOption())
    .action(async (name: string, { json, ...filter }: Json & Record<string, string>) => {
      const path = `/surveys/${encodeURIComponent(name)}/results`;
      const found = await cli.client().get(path, SurveyResults, filter);
      cli.answer({ json: json ?? false }, found, () => resultLines(found, cli));
    });
}

function nameIn(file: string, text: string): string {
  try {
    return z.object({ survey: z.string().min(1) }).parse(parse(text)).survey;
  } catch {
    throw new CliProblem(`${file} is no survey: its first line is "survey: NAME".`);
  }
}

function resultLines(it: SurveyResults, { paint }: Cli): string[] {
  const { sent, answered, declined, open, expired } = it.participation;
  const share = sent === 0 ? '' : ` (${Math.round((answered / sent) * 100)} %)`;
  const lines = [
    `Invited ${sent}, answered ${answered}${share}, declined ${declined}, open ${open}, not answered in time ${expired}.`,
  ];
  if (it.withheld !== null) lines.push(paint('attention', it.withheld));
  if (it.shown > 0) lines.push(`Figures of ${it.shown} people.`);
  for (const { text, average, blank, counts, texts } of it.questions) {
    const mean = average === null ? '' : `  (average ${average.toFixed(2)})`;
    lines.push('', `${paint('strong', clean(text))}${mean}`);
    const rows = counts.map((one) => [one.text, `${one.people}`]);
    lines.push(...columns(paint, [...rows, ['no answer', `${blank}`]]));
    lines.push(...texts.map((one) => `  “${clean(one)}”`));
  }
  return lines;
}
