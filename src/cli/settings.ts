import type { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { SettingsDocument } from '#api/contract/settings.ts';
import { isSettingName, settingShapes } from '#core/settings.ts';
import { answering, type Cli, group } from './context.ts';
import { noneNamed, wrongUsage } from './io.ts';
import { columns } from './table.ts';

interface Json {
  readonly json?: boolean;
}

const names = Object.keys(settingShapes);

/** `gatehouse settings …`: what is set in the database. */
export function addSettings(program: Command, cli: Cli): void {
  const parent = group(program, 'settings', 'settings: show, set');

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
      const change = Object.fromEntries(values.map(valueFrom));
      const group = z.record(z.string(), z.unknown());
      const now = await cli.client().send('PATCH', `/settings/${name}`, change, group);
      cli.answer(options, now, () => groupLines(name, now, cli));
    });
}

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
