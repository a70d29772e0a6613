import type { Command } from 'commander';
import { type Feed, FeedPage, FeedWithDifferences } from '#api/contract/feeds.ts';
import { Done } from '#api/contract/page.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

const path = '/feeds';
interface Json {
  readonly json?: boolean;
}

/** `gatehouse feed …`: what HR systems said and was set aside, since it looks like a mistake. */
export function addFeed(program: Command, cli: Cli): void {
  const parent = group(program, 'feed', 'what HR systems said and was set aside as a whole');

  answering(parent, 'list', 'what is set aside')
    .option('--all', 'also what is over')
    .action(async ({ all, ...options }: Json & { all?: boolean }) => {
      const found = await everything(cli, path, FeedPage);
      const items = all ? found : found.filter((it) => it.endedAt === null);
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Set aside', 'Source', 'When', 'Rows', 'Differ', 'Leave', 'State'],
          items.map((it) => [
            { text: it.id, tone: it.endedAt === null ? 'attention' : 'quiet' },
            sourceText(it),
            momentText(it.setAsideAt, cli.zone, cli.now()),
            String(it.rows),
            String(it.changed),
            String(it.leaving),
            stateText(it),
          ]),
          'Nothing is set aside.',
        ),
      );
    });

  answering(parent, 'show <id>', 'why, and what differs from what is known').action(
    async (id: string, options: Json) => {
      const it = await cli.client().get(`${path}/${encodeURIComponent(id)}`, FeedWithDifferences);
      cli.answer(options, it, () => feedLines(it, cli));
    },
  );

  const acts = {
    release: 'take it in after all; takes two people where there are two who may',
    refuse: 'take none of it in; takes two people where there are two who may',
  };
  for (const [act, about] of Object.entries(acts)) {
    answering(parent, `${act} <id>`, about).action(async (id: string, options: Json) => {
      const where = `${path}/${encodeURIComponent(id)}/${act}`;
      const done = await cli.client().send('POST', where, undefined, Done);
      cli.answer(options, done, () => [clean(done.detail)]);
    });
  }
}

function feedLines(it: FeedWithDifferences, cli: Cli): string[] {
  const more = it.changed - it.differences.length;
  return [
    cli.paint('strong', clean(sourceText(it))),
    clean(`Set aside ${momentText(it.setAsideAt, cli.zone, cli.now())}; ${stateText(it)}.`),
    ...it.reasons.map(({ text }) => cli.paint('attention', clean(text))),
    `${it.rows} rows, ${it.changed} differ, ${it.leaving} new departures.`,
    ...(it.differences.length > 0 ? [''] : []),
    ...it.differences.flatMap(({ personId, name, changes }) => [
      clean(`${personId} ${name ?? ''}`.trimEnd()),
      ...changes.map(({ field, was, is }) => clean(`  ${field}: ${was ?? '–'} → ${is ?? '–'}`)),
    ]),
    ...(it.differences.length > 0 && more > 0 ? [`and ${more} more.`] : []),
    ...(it.endedAt === null && it.decision === null
      ? [
          '',
          `Take it in: gatehouse feed release ${it.id}`,
          `or not: gatehouse feed refuse ${it.id}`,
        ]
      : []),
  ];
}

/** A file that somebody imported says who; others lie with a connection. */
function sourceText({ file, importedBy, source }: Feed): string {
  if (importedBy) return `a file of ${importedBy.name ?? importedBy.id}`;
  return file === null ? source : `${file} of ${source}`;
}

function stateText({ asked, decision, decidedBy, endedAs }: Feed): string {
  const by = decidedBy === null ? '' : ` by ${decidedBy.name ?? decidedBy.id}`;
  if (endedAs !== null) return `${endedAs}${by}`;
  if (decision !== null) return decision === 'release' ? `released${by}` : `refused${by}`;
  if (asked === null) return 'waits for a person';
  const who = asked.by.name ?? asked.by.id;
  return `${who} wants to ${asked.for} it; a second person is needed`;
}
