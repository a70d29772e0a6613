import type { Command } from 'commander';
import { Requested } from '#api/contract/cases.ts';
import { DepartureHintPage } from '#api/contract/departure-hints.ts';
import { Done } from '#api/contract/page.ts';
import { answering, type Cli, group } from './context.ts';
import {
  type DepartureOptions,
  departureFrom,
  kindOption,
  withDates,
} from './departure-options.ts';
import { everything } from './everything.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

const path = '/departure-hints';
interface Json {
  readonly json?: boolean;
}

/** `gatehouse hint …`: accounts that ended, and whether their owners leave. */
export function addHint(program: Command, cli: Cli): void {
  const parent = group(program, 'hint', 'accounts that ended: does somebody leave?');
  const act = (id: string, word: string) => `${path}/${encodeURIComponent(id)}/${word}`;

  answering(parent, 'list', 'what waits for an answer')
    .option('--all', 'also what was answered')
    .action(async ({ all, ...options }: Json & { all?: boolean }) => {
      const items = await everything(cli, path, DepartureHintPage, all ? {} : { state: 'open' });
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Hint', 'Person', 'HR id', 'Told by', 'What', 'When', 'Account now', 'State'],
          items.map((it) => [
            { text: it.id, tone: it.state === 'open' ? 'attention' : 'quiet' },
            it.person.name,
            it.person.personId,
            it.source,
            it.what,
            momentText(it.heardAt, cli.zone, cli.now()),
            it.accountNow,
            it.caseId === null ? it.state : `${it.state}: ${it.caseId}`,
          ]),
          'No account has ended without an answer.',
        ),
      );
    });

  const confirm = answering(parent, 'confirm <id>', 'they leave: start the departure')
    .addOption(kindOption().makeOptionMandatory())
    .option('--urgent', 'end access now')
    .option('--confidential', 'only HR, IT admins and Security may know of it')
    .option('--hold', 'nothing begins and nobody is told until it is released');
  withDates(confirm).action(
    async (
      id: string,
      options: Json & DepartureOptions & { kind: NonNullable<DepartureOptions['kind']> },
    ) => {
      const asked = departureFrom(options);
      const requested = await cli.client().send('POST', act(id, 'confirm'), asked, Requested);
      const { caseId, detail } = requested;
      cli.answer(options, requested, () =>
        caseId === null
          ? [`Request ${requested.requestId}: ${detail}`]
          : [`Departure ${caseId}: ${detail}`, `Follow it: gatehouse case watch ${caseId}`],
      );
    },
  );

  answering(parent, 'dismiss <id>', 'they do not leave')
    .requiredOption('--reason <text>', 'how you know; it stands in the record')
    .action(async (id: string, { reason, ...options }: Json & { reason: string }) => {
      const done = await cli.client().send('POST', act(id, 'dismiss'), { reason }, Done);
      cli.answer(options, done, () => [clean(done.detail)]);
    });
}
