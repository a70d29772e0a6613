import type { Command } from 'commander';
import { Option } from 'commander';
import { Case, CaseActDone, CasePage, ReleasedMany } from '#api/contract/cases.ts';
import { caseStates } from '#core/case.ts';
import { addCaseDocument } from './case-document.ts';
import { addCaseEvidence } from './case-evidence.ts';
import { caseLines, caseView, stepLines } from './case-view.ts';
import { answering, type Cli, group } from './context.ts';
import { changeFrom, type DepartureOptions, kindOption, withDates } from './departure-options.ts';
import { follow } from './follow.ts';
import { CliProblem, wrongUsage } from './io.ts';
import { countOption } from './numbers.ts';
import { clean } from './paint.ts';
import { ask } from './prompt.ts';

interface Json {
  readonly json?: boolean;
}

interface ChangeOptions extends DepartureOptions, Json {
  /** HR id; false: the manager again. */
  readonly successor?: string | false;
}

/** `gatehouse case …`: departures, followed and decided about. */
export function addCase(program: Command, cli: Cli): void {
  const parent = group(
    program,
    'case',
    'departures and arrivals: list, show, watch, and what a person decides',
  );

  answering(parent, 'list', 'departures and arrivals, the newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(caseStates))
    .option('--text <text>', 'part of a name, an address or an HR id')
    .option('--bulk <id>', 'only those of this bulk start')
    .addOption(countOption('--limit <count>', 'how many at most', 1, 200).default(50))
    .option('--cursor <cursor>', 'go on where a list ended')
    .action(async ({ json, bulk, ...query }: Json & Record<string, string | number>) => {
      const asked = { ...query, bulkStart: bulk };
      const page = await cli.client().get('/cases', CasePage, asked);
      cli.answer({ ...(json ? { json } : {}) }, page, () => [
        ...caseLines(page.items, cli),
        ...(page.nextCursor ? [`More: add --cursor ${page.nextCursor}`] : []),
      ]);
    });

  answering(parent, 'show <id>', 'one departure with its steps').action(
    async (id: string, options: Json) => {
      const found = await cli.client().get(`/cases/${encodeURIComponent(id)}`, Case);
      cli.answer(options, found, () => caseView(found, cli));
    },
  );

  answering(parent, 'watch <id>', 'follow a departure until it ends')
    .addOption(countOption('--every <seconds>', 'how often to look', 1, 3_600).default(2))
    .action(async (id: string, { every, json = false }: Json & { every: number }) =>
      follow(cli, encodeURIComponent(id), { everyMs: every * 1_000, json }),
    );

  addCaseDocument(parent, cli);
  addCaseEvidence(parent, cli);

  answering(parent, 'pause <id>', 'stop a departure where it stands; nothing is lost')
    .requiredOption('--reason <text>', 'why')
    .action(async (id: string, { reason, ...options }: Json & { reason: string }) =>
      act(cli, id, 'pause', { reason }, options),
    );
  answering(parent, 'resume <id>', 'go on where it was stopped').action(
    async (id: string, options: Json) => act(cli, id, 'resume', undefined, options),
  );
  answering(
    parent,
    'cancel <id>',
    'take a departure back; what was cut waits for bring-back',
  ).action(async (id: string, options: Json) => act(cli, id, 'cancel', undefined, options));
  answering(
    parent,
    'release <ids...>',
    'let departures go that are held, or that a guard held back; the latter takes two people',
  )
    .option('--untold', 'the person has not been told, and access ends now all the same')
    .option('--reason <text>', 'why; needed with --untold')
    .action(
      async (
        [id = '', ...more]: readonly string[],
        { json, ...body }: Json & Record<string, string | boolean>,
      ) =>
        more.length === 0
          ? act(cli, id, 'release', body, json ? { json } : {})
          : releaseMany(cli, [id, ...more], body, json ? { json } : {}),
    );

  const change = answering(
    parent,
    'change <id>',
    'move the dates, change the kind, or name who takes over',
  )
    .addOption(kindOption())
    .option('--start-day <day>', 'of an arrival or a new role')
    .option('--urgent', 'end access now')
    .option('--no-urgent', 'let access end at its time')
    .option('--confidential', 'only HR, IT admins and Security may know of it')
    .option('--no-confidential', 'everybody who runs departures may know of it')
    .option('--successor <HR id>', 'who takes over work and data')
    .option('--no-successor', 'the manager takes over again');
  withDates(change).action(async (id: string, options: ChangeOptions) => {
    const { successor } = options;
    const changed = {
      ...changeFrom(options),
      ...(successor === undefined ? {} : { successor: successor === false ? null : successor }),
    };
    if (Object.keys(changed).length === 0) throw wrongUsage('Say what changes; --help lists it.');
    return act(cli, id, 'change', changed, options);
  });

  answering(parent, 'bring-back <id>', 'start the way back, after the departure was taken back')
    .option('--plan <digest>', 'the plan that was looked at (planDigest of "case show --json")')
    .action(async (id: string, options: Json & { plan?: string }) => {
      const digest = options.plan ?? (await agreedPlan(cli, id));
      return act(cli, id, 'bring-back', { digest }, options);
    });
}

async function act(
  cli: Cli,
  id: string,
  name: string,
  body: unknown,
  options: Json,
): Promise<void> {
  const path = `/cases/${encodeURIComponent(id)}/${name}`;
  const done = await cli.client().send('POST', path, body, CaseActDone);
  cli.answer(options, done, () => [clean(done.detail)]);
}

/** Of those that a guard held back: each has its answer. */
async function releaseMany(
  cli: Cli,
  cases: readonly string[],
  options: object,
  shown: Json,
): Promise<void> {
  if (Object.keys(options).length > 0) {
    throw wrongUsage('--untold and --reason are about one departure. Release them one by one.');
  }
  const { outcomes } = await cli.client().send('POST', '/cases/release', { cases }, ReleasedMany);
  cli.answer(shown, outcomes, () =>
    outcomes.map(({ id, detail, problem }) =>
      problem === null
        ? clean(`${id}: ${detail}`)
        : cli.paint('attention', clean(`${id}: not released. ${problem}`)),
    ),
  );
  if (outcomes.some(({ problem }) => problem !== null)) cli.fail();
}

/** Shows what bringing somebody back would do, and has it confirmed. */
async function agreedPlan(cli: Cli, id: string): Promise<string> {
  const it = await cli.client().get(`/cases/${encodeURIComponent(id)}`, Case);
  if (it.planDigest === null || it.direction !== 'back') {
    throw new CliProblem(
      'There is no plan for the way back yet. Take the departure back first: ' +
        `gatehouse case cancel ${it.id}`,
    );
  }
  if (!cli.io.stdin.isTTY) {
    throw wrongUsage(
      `Nobody can be asked here. Look at the plan, then add --plan ${it.planDigest}`,
    );
  }
  const back = it.steps.filter((step) => step.undoOf !== null);
  const shown = [
    `To bring ${clean(it.person.name)} back:`,
    ...stepLines(it, back, cli),
    ...it.planNotes.map((note) => `  ${clean(note)}`),
  ];
  cli.io.stderr.write(`${shown.join('\n')}\n`);
  const answer = await ask(cli.io, 'Type “bring back” to start: ');
  if (answer !== 'bring back') throw new CliProblem('Nothing was started.');
  return it.planDigest;
}
