import type { Command } from 'commander';
import { Done } from '#api/contract/page.ts';
import { Protection, ProtectionPage } from '#api/contract/protections.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

const path = '/protections';
interface Json {
  readonly json?: boolean;
}

/** `gatehouse protected …`: people about whom nothing is approved by one person alone. */
export function addProtected(program: Command, cli: Cli): void {
  const parent = group(program, 'protected', 'people about whom two have to approve');

  answering(parent, 'set <person>', 'from now on; the person by the id of the HR system')
    .requiredOption('--reason <text>', 'why; it stands in the record only')
    .action(async (personId: string, { reason, ...options }: Json & { reason: string }) => {
      const it = await cli.client().send('POST', path, { personId, reason }, Protection);
      cli.answer(options, it, () => [
        clean(`${it.person.name} is protected: what needs an approval takes two people.`),
        `Lift it with ${it.id}.`,
      ]);
    });

  answering(parent, 'lift <id>', 'one person is enough again; takes two people to say so')
    .requiredOption('--reason <text>', 'why it is not needed any more')
    .action(async (id: string, { reason, ...options }: Json & { reason: string }) => {
      const act = `${path}/${encodeURIComponent(id)}/lift`;
      const done = await cli.client().send('POST', act, { reason }, Done);
      cli.answer(options, done, () => [clean(done.detail)]);
    });

  answering(parent, 'list', 'who is protected')
    .option('--all', 'also who was')
    .action(async ({ all, ...options }: Json & { all?: boolean }) => {
      const found = await everything(cli, path, ProtectionPage);
      const items = all ? found : found.filter((it) => it.liftedAt === null);
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Protection', 'Person', 'HR id', 'Since', 'By', 'Lifting'],
          items.map((it) => [
            { text: it.id, tone: it.liftedAt === null ? 'attention' : 'quiet' },
            it.person.name,
            it.person.personId,
            momentText(it.setAt, cli.zone, cli.now()),
            it.setBy.name ?? it.setBy.id,
            liftingText(it),
          ]),
          'Nobody is protected but those who administer Gatehouse.',
        ),
      );
    });
}

function liftingText({ liftAskedBy: asked, liftedBy: by }: Protection): string {
  if (by) return `lifted by ${by.name ?? by.id}`;
  return asked ? `${asked.name ?? asked.id} wants to; a second person is needed` : '';
}
