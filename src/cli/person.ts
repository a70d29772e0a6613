import { type Command, Option } from 'commander';
import { Erasure, ErasurePage } from '#api/contract/erasures.ts';
import { Done } from '#api/contract/page.ts';
import { erasureBasisNames } from '#core/erasure.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

const path = '/erasures';
interface Json {
  readonly json?: boolean;
}

/** `gatehouse person …`: what becomes of somebody who asks to be forgotten. */
export function addPerson(program: Command, cli: Cli): void {
  const parent = group(program, 'person', 'erase what is known of a person; takes two people');

  answering(parent, 'erase <person>', 'ask for it; the person by the id of the HR system')
    .addOption(
      new Option('--basis <basis>', 'why it is erased')
        .choices(erasureBasisNames)
        .makeOptionMandatory(),
    )
    .action(async (personId: string, { basis, ...options }: Json & { basis: string }) => {
      const it = await cli.client().send('POST', path, { personId, basis }, Erasure);
      cli.answer(options, it, () => [
        'Nothing is destroyed yet. Another person has to approve it:',
        `gatehouse person approve-erasure ${it.id}`,
      ]);
    });

  answering(
    parent,
    'approve-erasure <id>',
    'approve what another person asked for; it cannot be taken back',
  ).action(async (id: string, options: Json) => act(cli, id, 'approve', options));

  answering(parent, 'withdraw-erasure <id>', 'take it back, or decline it').action(
    async (id: string, options: Json) => act(cli, id, 'withdraw', options),
  );

  answering(parent, 'erasures', 'what was asked for, and what came of it').action(
    async (options: Json) => {
      const items = await everything(cli, path, ErasurePage);
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Erasure', 'Person', 'State', 'Since', 'Asked for by', 'Approved by', 'What came of it'],
          items.map((it) => [
            { text: it.id, tone: it.endedAt === null ? 'attention' : 'quiet' },
            it.personId ?? 'erased',
            it.state,
            momentText(it.endedAt ?? it.decidedAt ?? it.requestedAt, cli.zone, cli.now()),
            it.requestedBy.name ?? it.requestedBy.id,
            it.decidedBy ? (it.decidedBy.name ?? it.decidedBy.id) : '',
            it.whyRefused ??
              (it.values === null ? '' : `${it.values} values and ${it.files} files destroyed`),
          ]),
          'Nobody has asked for an erasure.',
        ),
      );
    },
  );
}

async function act(cli: Cli, id: string, word: 'approve' | 'withdraw', options: Json) {
  const done = await cli
    .client()
    .send('POST', `${path}/${encodeURIComponent(id)}/${word}`, undefined, Done);
  cli.answer(options, done, () => [clean(done.detail)]);
}
