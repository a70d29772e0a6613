import type { Command } from 'commander';
import { AlertPage } from '#api/contract/alerts.ts';
import { Done } from '#api/contract/page.ts';
import { answering, type Cli } from './context.ts';
import { everything } from './everything.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

/** `gatehouse alerts`: what somebody has to look at, and that they do. */
export function addAlerts(program: Command, cli: Cli): void {
  const alerts = answering(program, 'alerts', 'what somebody has to look at')
    .option('--all', 'also what is over')
    .action(async ({ all, ...options }: { all?: boolean; json?: boolean }) => {
      const found = await everything(cli, '/alerts', AlertPage);
      const items = all ? found : found.filter((it) => it.resolvedAt === null);
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Id', 'Since', 'Alert', 'About', 'Seen to by', 'What it says'],
          items.map((it) => [
            it.id,
            momentText(it.openedAt, cli.zone, cli.now()),
            { text: it.title, tone: it.resolvedAt === null ? 'attention' : 'quiet' },
            it.caseId ?? it.connection ?? '',
            it.acknowledgedBy?.name ?? '',
            it.times > 1 ? `${it.body} (${it.times} times)` : it.body,
          ]),
          'Nothing waits for anybody.',
        ),
      );
    });

  alerts
    .command('acknowledge <id...>')
    .description('you see to it: nobody is told of it again')
    .action(async (ids: string[], _, command: Command) => {
      const done: { detail: string }[] = [];
      for (const id of ids) {
        const path = `/alerts/${encodeURIComponent(id)}/acknowledge`;
        done.push(await cli.client().send('POST', path, undefined, Done));
      }
      cli.answer(command.optsWithGlobals(), done, () =>
        ids.map((id, i) => clean(`${id}: ${done[i]!.detail}`)),
      );
    });
}
