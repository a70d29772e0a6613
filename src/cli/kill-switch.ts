import type { Command } from 'commander';
import { KillSwitch, Resumed } from '#api/contract/kill-switch.ts';
import { answering, type Cli, group } from './context.ts';
import { clean } from './paint.ts';
import { momentText } from './times.ts';

const path = '/kill-switch';
interface Json {
  readonly json?: boolean;
}

/** `gatehouse kill-switch …`: stops everything that goes out. */
export function addKillSwitch(program: Command, cli: Cli): void {
  const parent = group(program, 'kill-switch', 'stop every outgoing change at once');

  answering(parent, 'on', 'stop; reading goes on')
    .requiredOption('--reason <text>', 'why')
    .action(async ({ reason, ...options }: Json & { reason: string }) => {
      const it = await cli.client().send('POST', path, { reason }, KillSwitch);
      cli.answer(options, it, () => stateLines(it, cli));
    });

  answering(parent, 'off', 'go on; takes two people where there are two who may').action(
    async (options: Json) => {
      const it = await cli.client().send('DELETE', path, undefined, Resumed);
      cli.answer(options, it, () => [it.detail]);
    },
  );

  answering(parent, 'status', 'whether changes go out').action(async (options: Json) => {
    const it = await cli.client().get(path, KillSwitch);
    cli.answer(options, it, () => stateLines(it, cli));
  });
}

function stateLines(it: KillSwitch, { paint, zone, now }: Cli): string[] {
  if (!it.stopped || it.since === null) return [paint('good', 'Changes go out to other systems.')];
  const by = it.by?.name ?? it.by?.id ?? 'somebody';
  const since = momentText(it.since, zone, now());
  return [
    paint('attention', 'Stopped: nothing goes out to other systems.'),
    clean(`Since ${since} by ${by}: ${it.reason ?? 'no reason was given'}`),
  ];
}
