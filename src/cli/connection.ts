import type { Command } from 'commander';
import {
  CheckResult,
  type Connection,
  ConnectionPage,
  ConnectionSaved,
  Discovered,
} from '#api/contract/connections.ts';
import { Done } from '#api/contract/page.ts';
import { connectionFromFile, connectionFromQuestions } from './connection-input.ts';
import { addConnectionTry } from './connection-try.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { CliProblem, wrongUsage } from './io.ts';
import { clean } from './paint.ts';
import { ask } from './prompt.ts';
import { type Cell, table } from './table.ts';
import { momentText } from './times.ts';

interface Json {
  readonly json?: boolean;
}

const pathOf = (id: string) => `/connections/${encodeURIComponent(id)}`;

/** `gatehouse connection …`: the systems that Gatehouse works with. */
export function addConnection(program: Command, cli: Cli): void {
  const parent = group(
    program,
    'connection',
    'connected systems: add, list, secrets, test, try, go-live, discover, remove',
  );

  answering(parent, 'add [file]', 'add a system or change one, from a YAML file or by questions')
    .addHelpText(
      'after',
      '\nSecrets are asked for and never shown. Where nobody can be asked they come by standard' +
        '\ninput: the secret itself if one is missing, lines of YAML ("name: secret") if several.',
    )
    .action(async (file: string | undefined, options: Json) => {
      const { id, ...input } =
        file === undefined
          ? await connectionFromQuestions(cli)
          : await connectionFromFile(cli, file);
      const saved = await cli.client().send('PUT', pathOf(id), input, ConnectionSaved);
      if (!saved.check.works) cli.fail();
      cli.answer(options, saved, () => [
        clean(`${saved.connection.id} is saved. Its secrets go to ${hostsOf(saved.connection)}.`),
        ...checkLines(saved.check, cli),
        ...rehearsalLines(saved.connection, cli),
      ]);
    });

  answering(parent, 'list', 'connected systems')
    .option('--all', 'also those that were removed')
    .action(async ({ all, ...options }: Json & { all?: boolean }) => {
      const found = await everything(cli, '/connections', ConnectionPage);
      const items = all ? found : found.filter((it) => it.state !== 'disabled');
      cli.answer(options, items, () =>
        table(
          cli.paint,
          ['Connection', 'Name', 'Connector', 'Category', 'State', 'Acts as', 'Checked'],
          items.map((it) => [
            it.id,
            it.name,
            it.connector,
            it.category,
            stateOf(it, cli.now()),
            it.actingAs ?? 'not known',
            it.checkedAt ? momentText(it.checkedAt, cli.zone, cli.now()) : 'never',
          ]),
          'No system is connected yet. Add one: gatehouse connection add',
        ),
      );
    });

  answering(parent, 'test <id>', 'one harmless call: who are we there, and what may we do?').action(
    async (id: string, options: Json) => {
      const check = await cli.client().send('POST', `${pathOf(id)}/test`, undefined, CheckResult);
      if (!check.works) cli.fail();
      cli.answer(options, check, () => checkLines(check, cli));
    },
  );

  addConnectionTry(parent, cli);

  answering(parent, 'go-live <id>', 'let a new system be acted on that was only rehearsed').action(
    async (id: string, options: Json) => {
      const path = `${pathOf(id)}/go-live`;
      const done = await cli.client().send('POST', path, undefined, Done);
      cli.answer(options, done, () => [done.detail]);
    },
  );

  answering(parent, 'discover <id>', 'list every account there; may take minutes').action(
    async (id: string, options: Json) => {
      const path = `${pathOf(id)}/discover`;
      const found = await cli.client().send('POST', path, undefined, Discovered);
      cli.answer(options, found, () => [`${found.accounts} accounts found in ${id}.`]);
    },
  );

  answering(
    parent,
    'secrets [id]',
    'which secrets there are, and on which day each runs out',
  ).action(async (id: string | undefined, options: Json) => {
    const found = await everything(cli, '/connections', ConnectionPage);
    const shown = found.filter((it) => it.state !== 'disabled' && (!id || it.id === id));
    if (id && shown.length === 0) throw new CliProblem(`There is no connection ${id}.`);
    const secrets = shown.flatMap(({ id: connection, secrets, expires }) =>
      secrets.map((secret) => ({ connection, secret, runsOut: expires[secret] ?? null })),
    );
    cli.answer(options, secrets, () =>
      table(
        cli.paint,
        ['Connection', 'Secret', 'Runs out on'],
        secrets.map((it) => [it.connection, it.secret, it.runsOut ?? 'nobody has said']),
        'No connection has a secret.',
      ),
    );
  });

  answering(
    parent,
    'secret-day <id> <secret> <day>',
    'say on which day a secret runs out, such as 2027-01-31; "none": nobody knows',
  ).action(async (id: string, secret: string, day: string, options: Json) => {
    const path = `${pathOf(id)}/secrets/${encodeURIComponent(secret)}`;
    const body = { day: day === 'none' ? null : day };
    const done = await cli.client().send('PUT', path, body, Done);
    cli.answer(options, done, () => [done.detail]);
  });

  answering(parent, 'remove <id>', 'end a connection; its history stays')
    .option('--yes', 'do not ask')
    .action(async (id: string, { yes, ...options }: Json & { yes?: boolean }) => {
      if (!yes) await agree(cli, id);
      const done = await cli.client().send('DELETE', pathOf(id), undefined, Done);
      cli.answer(options, done, () => [done.detail]);
    });
}

async function agree({ io }: Cli, id: string): Promise<void> {
  if (!io.stdin.isTTY) throw wrongUsage('Nobody can be asked here. Add --yes.');
  io.stderr.write(`Nothing more happens in ${id}; open steps there wait for a person.\n`);
  const answer = await ask(io, `Type ${id} to remove it: `);
  if (answer !== id) throw new CliProblem('Nothing was removed.');
}

const hostsOf = (it: Connection) => it.hosts.join(', ') || 'nowhere: it only receives';

const rehearses = (it: Connection, now: Date): it is Connection & { rehearsesUntil: string } =>
  it.rehearsesUntil !== null && new Date(it.rehearsesUntil) > now && it.state !== 'disabled';

function stateOf(it: Connection, now: Date): Cell {
  const words: Record<Connection['state'], Cell> = {
    active: { text: 'works', tone: 'good' },
    down: { text: 'does not answer', tone: 'attention' },
    paused: { text: 'paused', tone: 'attention' },
    disabled: { text: 'removed', tone: 'quiet' },
  };
  if (it.state === 'active' && it.checkFailure) return { text: 'check failed', tone: 'attention' };
  if (it.state === 'active' && rehearses(it, now)) return { text: 'rehearses', tone: 'attention' };
  return words[it.state];
}

function rehearsalLines(it: Connection, { zone, now }: Cli): string[] {
  if (!rehearses(it, now())) return [];
  return [
    `Until ${momentText(it.rehearsesUntil, zone, now())} it only says what it would do, and a person is told.`,
    `To let it act: gatehouse connection go-live ${it.id}`,
  ];
}

export function checkLines(it: CheckResult, { paint }: Cli): string[] {
  if (!it.works) return [paint('attention', clean(`It does not work: ${it.failure.detail}`))];
  const may = it.scopes === null ? '' : `; permissions: ${it.scopes.join(', ') || 'none'}`;
  return [paint('good', clean(`It works; there we are ${it.actingAs}${may}.`))];
}
