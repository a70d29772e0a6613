import type { Command } from 'commander';
import { type Task, TaskPage } from '#api/contract/tasks.ts';
import { answering, type Cli } from './context.ts';
import { everything } from './everything.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

/** `gatehouse tasks`: what waits to be done by hand. */
export function addTasks(program: Command, cli: Cli): void {
  answering(program, 'tasks', 'what waits to be done by hand')
    .option('--mine', 'only my own')
    .action(async ({ mine, ...options }: { mine?: boolean; json?: boolean }) => {
      const items = await everything(cli, '/tasks', TaskPage, { mine });
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Step', 'Task', 'About', 'Asked', 'Until', 'Write down, or what was done'],
          items.map((it) => [
            it.id,
            it.toAccept ? `Accept: ${it.title}` : it.title,
            it.person,
            it.askedOf.map(({ name }) => name).join(', ') || 'nobody could be found',
            it.deadline ? momentText(it.deadline, cli.zone, cli.now()) : 'no end date yet',
            it.toAccept ? doneText(it.toAccept) : it.proof.join(', ') || 'nothing',
          ]),
          'Nothing waits to be done by hand.',
        ),
      );
    });
}

const doneText = ({ byName, reason, proof }: NonNullable<Task['toAccept']>): string =>
  [`${byName}: ${reason}`, proof].filter(Boolean).join(' · ');
