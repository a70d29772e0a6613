import type { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { Done } from '#api/contract/page.ts';
import { SettingRequests, SettingsDocument } from '#api/contract/settings.ts';
import { isSettingName, settingShapes } from '#core/settings.ts';
import { answering, type Cli, group } from './context.ts';
import { CliProblem, noneNamed, wrongUsage } from './io.ts';
import { clean } from './paint.ts';
import { columns } from './table.ts';

interface Json {
  readonly json?: boolean;
}

const names = Object.keys(settingShapes);

/** `gatehouse settings …`: what is set in the database, and what somebody wants to loosen there. */
export function addSettings(program: Command, cli: Cli): void {
  const parent = group(program, 'settings', 'settings: show, set, and agree to what loosens');

  answering(parent, 'show [group]', `all settings, or one group: ${names.join(', ')}`).action(
    async (name: string | undefined, options: Json) => {
      if (name !== undefined) checkName(name);
      const all = await cli.client().get('/settings', SettingsDocument);
      const shown = Object.entries(all).filter(([it]) => name === undefined || it === name);
      cli.answer(options, Object.fromEntries(shown), () =>
        shown.flatMap(([group, values]) => groupLines(group, values, cli)),
      );
    },
  );

  answering(parent, 'set <group> <values...>', 'change some settings of one group')
    .addHelpText(
      'after',
      '\nEach value is NAME=VALUE; what is left out stays as it is. VALUE is YAML, also of lists:' +
        '\n  gatehouse settings set company zone=Europe/Berlin headcount=250' +
        "\n  gatehouse settings set alerts 'contacts=[{name: Ada, email: ada@meadow.example}]'",
    )
    .action(async (name: string, values: readonly string[], options: Json) => {
      checkName(name);
      await changeGroup(cli, options, name, Object.fromEntries(values.map(valueFrom)));
    });

  answering(
    parent,
    'requests',
    'what somebody wants to loosen, and waits for a second person',
  ).action(async (options: Json) => {
    const { items } = await cli.client().get(requests, SettingRequests);
    cli.answer(options, items, () =>
      items.length === 0
        ? ['Nothing waits for a second person.']
        : items.flatMap(requestLines(cli)),
    );
  });

  answering(parent, 'agree <group>', 'say the same as who wants to loosen it').action(
    async (name: string, options: Json) => {
      checkName(name);
      const { items } = await cli.client().get(requests, SettingRequests);
      const asked = items.find((it) => it.group === name);
      if (!asked) throw new CliProblem(`Nothing is asked for of the settings ${name}.`);
      await changeGroup(cli, options, name, asked.change);
    },
  );

  answering(parent, 'refuse <group>', 'drop what somebody wants to loosen').action(
    async (name: string, options: Json) => {
      checkName(name);
      const done = await cli.client().send('DELETE', `${requests}/${name}`, undefined, Done);
      cli.answer(options, done, () => [clean(done.detail)]);
    },
  );
}

const requests = '/settings/requests';
const Changed = z.union([Done.strict(), z.record(z.string(), z.unknown())]);
const isNoted = (it: z.infer<typeof Changed>): it is Done => Done.strict().safeParse(it).success;

async function changeGroup(cli: Cli, options: Json, name: string, change: object): Promise<void> {
  const now = await cli.client().send('PATCH', `/settings/${name}`, change, Changed);
  cli.answer(options, now, () =>
    isNoted(now)
      ? [clean(now.detail), `They agree by: gatehouse settings agree ${name}`]
      : groupLines(name, now, cli),
  );
}

const requestLines =
  (cli: Cli) =>
  ({ group, change, askedBy }: SettingRequests['items'][number]): string[] => [
    ...groupLines(group, change, cli),
    clean(`  asked for by ${askedBy.name ?? askedBy.id}; another person agrees or refuses:`),
    `  gatehouse settings agree ${group}, gatehouse settings refuse ${group}`,
  ];

function checkName(name: string): void {
  if (isSettingName(name)) return;
  throw wrongUsage(noneNamed('group', name, names));
}

function valueFrom(text: string): [string, unknown] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw wrongUsage(`“${text}” is not of the form NAME=VALUE.`);
  }
  try {
    return [name, parse(value)];
  } catch {
    throw wrongUsage(`The value of ${name} is not readable as YAML. Put it in quotes.`);
  }
}

function groupLines(name: string, values: object, { paint }: Cli): string[] {
  return [
    paint('strong', name),
    ...columns(
      paint,
      Object.entries(values).map(([key, value]) => [key, valueText(value)]),
    ),
  ];
}

const valueText = (value: unknown): string => {
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
