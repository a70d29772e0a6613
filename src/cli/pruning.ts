import type { Command } from 'commander';
import { Done } from '#api/contract/page.ts';
import { Pruning, PruningPage } from '#api/contract/prunings.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

const path = '/prunings';
interface Json {
  readonly json?: boolean;
}

/** `gatehouse pruning …`: that old facts go from the record, for which it takes three people. */
export function addPruning(program: Command, cli: Cli): void {
  const parent = group(program, 'pruning', 'remove old facts of the record; takes three people');

  answering(
    parent,
    'request <size>',
    'ask that the facts below this size go; their hashes stay',
  ).action(async (size: string, options: Json) => {
    const it = await cli.client().send('POST', path, { beforeSize: Number(size) }, Pruning);
    cli.answer(options, it, () => [
      `The facts below ${it.beforeSize}, recorded until ${momentText(it.newestAt, cli.zone, cli.now())}. Nothing is removed yet.`,
      `Two other people approve it, each with a passkey, until ${momentText(it.expiresAt, cli.zone, cli.now())}: ${it.id}`,
    ]);
  });

  answering(parent, 'withdraw <id>', 'take it back, or decline it').action(
    async (id: string, options: Json) => {
      const act = `${path}/${encodeURIComponent(id)}/withdraw`;
      const done = await cli.client().send('POST', act, undefined, Done);
      cli.answer(options, done, () => [clean(done.detail)]);
    },
  );

  answering(parent, 'list', 'what was asked for, and what came of it').action(
    async (options: Json) => {
      const items = await everything(cli, path, PruningPage);
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Pruning', 'Facts below', 'State', 'Until', 'Asked for by', 'Approved by', 'Removed'],
          items.map((it) => [
            { text: it.id, tone: it.endedAt === null ? 'attention' : 'quiet' },
            String(it.beforeSize),
            it.state,
            momentText(it.endedAt ?? it.expiresAt, cli.zone, cli.now()),
            it.requestedBy.name ?? it.requestedBy.id,
            it.approvedBy.map(({ id, name }) => name ?? id).join(', '),
            it.facts === null ? '' : `${it.facts} facts, ${it.values} values and ${it.files} files`,
          ]),
          'Nobody has asked that old facts go.',
        ),
      );
    },
  );
}
