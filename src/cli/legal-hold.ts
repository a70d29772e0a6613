import type { Command } from 'commander';
import { LegalHold, LegalHoldPage } from '#api/contract/legal-holds.ts';
import { Done } from '#api/contract/page.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

const path = '/legal-holds';
interface Json {
  readonly json?: boolean;
}

/** `gatehouse legal-hold …`: nothing of a person is destroyed while it is open. */
export function addLegalHold(program: Command, cli: Cli): void {
  const parent = group(program, 'legal-hold', 'keep a person’s data from being destroyed');

  answering(parent, 'set <person>', 'from now on; the person by the id of the HR system')
    .requiredOption('--reason <text>', 'which matter it is for')
    .action(async (personId: string, { reason, ...options }: Json & { reason: string }) => {
      const it = await cli.client().send('POST', path, { personId, reason }, LegalHold);
      cli.answer(options, it, () => [
        clean(`Nothing of ${it.person.name} is destroyed from now on. Lift it with ${it.id}.`),
      ]);
    });

  answering(parent, 'lift <id>', 'go on; takes another person than the one who set it')
    .requiredOption('--reason <text>', 'why it is not needed any more')
    .action(async (id: string, { reason, ...options }: Json & { reason: string }) => {
      const act = `${path}/${encodeURIComponent(id)}/lift`;
      const done = await cli.client().send('POST', act, { reason }, Done);
      cli.answer(options, done, () => [clean(done.detail)]);
    });

  answering(parent, 'list', 'holds, the open ones first')
    .option('--all', 'also those that were lifted')
    .action(async ({ all, ...options }: Json & { all?: boolean }) => {
      const found = await everything(cli, path, LegalHoldPage);
      const items = all ? found : found.filter((it) => it.liftedAt === null);
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Hold', 'Person', 'HR id', 'Since', 'By', 'Reason'],
          items.map((it) => [
            { text: it.id, tone: it.liftedAt === null ? 'attention' : 'quiet' },
            it.person.name,
            it.person.personId,
            momentText(it.setAt, cli.zone, cli.now()),
            it.setBy.name ?? it.setBy.id,
            it.reason,
          ]),
          'No legal hold is open.',
        ),
      );
    });
}
