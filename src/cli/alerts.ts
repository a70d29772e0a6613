import type { Command } from 'commander';
import { AlertPage } from '#api/contract/alerts.ts';
import { answering, type Cli } from './context.ts';
import { everything } from './everything.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

/** `gatehouse alerts`: what somebody has to look at. */
export function addAlerts(program: Command, cli: Cli): void {
  answering(program, 'alerts', 'what somebody has to look at')
    .option('--all', 'also what is over')
    .action(async ({ all, ...options }: { all?: boolean; json?: boolean }) => {
      const found = await everything(cli, '/alerts', AlertPage);
      const items = all ? found : found.filter((it) => it.resolvedAt === null);
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Since', 'Alert', 'About', 'What it says'],
          items.map((it) => [
            momentText(it.openedAt, cli.zone, cli.now()),
            { text: it.title, tone: it.resolvedAt === null ? 'attention' : 'quiet' },
            it.caseId ?? it.connection ?? '',
            it.times > 1 ? `${it.body} (${it.times} times)` : it.body,
          ]),
          'Nothing waits for anybody.',
        ),
      );
    });
}
