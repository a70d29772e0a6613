import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { Done } from '#api/contract/page.ts';
import {
  type AccessSweep,
  AccessSweepPage,
  type ResidualAccess,
  ResidualAccessPage,
  SweepAsked,
} from '#api/contract/residual-access.ts';
import { answering, type Cli, group } from './context.ts';
import { everything } from './everything.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

interface Asked {
  readonly json?: boolean;
  readonly connection?: string;
  readonly ghosts?: boolean;
}

const lookAgainMs = 500;

/** `gatehouse access …`: accounts that can be used and should not be. */
export function addAccess(program: Command, cli: Cli): void {
  const parent = group(
    program,
    'access',
    'accounts of people who left, and of nobody we know: list, sweep, mend',
  );

  answering(parent, 'list', 'accounts of people who left that can be used')
    .option('--connection <id>', 'in one connection')
    .option('--ghosts', 'those of nobody we know instead')
    .action(async (options: Asked) => {
      const found = await findingsOf(cli, options);
      const sweeps = await sweepsOf(cli);
      cli.answer(options, { found, sweeps }, () => [
        ...findingLines(cli, found, options),
        '',
        ...sweepLines(cli, sweeps),
      ]);
    });

  answering(parent, 'sweep', 'ask connections for all of their accounts now, and wait for it')
    .option('--connection <id>', 'one connection alone')
    .action(async (options: Asked) => {
      const { connection } = options;
      const { connections } = await cli
        .client()
        .send('POST', '/residual-access/sweeps', connection ? { connection } : {}, SweepAsked);
      const sweeps = await ended(cli, connections);
      const found = await findingsOf(cli, options);
      cli.answer(options, { found, sweeps }, () => [
        ...findingLines(cli, found, options),
        '',
        ...sweepLines(cli, sweeps),
      ]);
    });

  answering(
    parent,
    'mend <id>',
    'have the departure end an account that was found: its step opens again, or it is planned anew',
  ).action(async (id: string, options: Asked) => {
    const path = `/residual-access/${encodeURIComponent(id)}/mend`;
    const done = await cli.client().send('POST', path, undefined, Done);
    cli.answer(options, done, () => [clean(done.detail)]);
  });
}

const findingsOf = (cli: Cli, { connection, ghosts }: Asked): Promise<ResidualAccess[]> =>
  everything(cli, '/residual-access', ResidualAccessPage, {
    kind: ghosts ? 'ghost' : 'residual',
    connection,
  });

const sweepsOf = (cli: Cli): Promise<AccessSweep[]> =>
  everything(cli, '/residual-access/sweeps', AccessSweepPage);

/** Waits until all of them have come to an end, or say why not. */
async function ended(cli: Cli, connections: readonly string[]): Promise<AccessSweep[]> {
  for (;;) {
    const sweeps = (await sweepsOf(cli)).filter((it) => connections.includes(it.connection));
    if (sweeps.every((it) => !it.underWay || it.failure !== null)) return sweeps;
    await wait(lookAgainMs);
  }
}

const findingLines = (
  { paint, zone, now }: Cli,
  found: readonly ResidualAccess[],
  { ghosts }: Asked,
): string[] =>
  table(
    paint,
    ghosts
      ? ['Id', 'Connection', 'Account', 'Since']
      : ['Id', 'Connection', 'Account', 'Person', 'Departure', 'Since', 'What ends it'],
    found.map((it) => {
      const login = {
        text: it.login,
        tone: it.privileged ? ('attention' as const) : ('plain' as const),
      };
      const since = momentText(it.foundAt, zone, now());
      if (it.person === null) return [it.id, it.connection, login, since];
      const ends = it.caseId
        ? `gatehouse access mend ${it.id}`
        : `gatehouse depart, for ${it.person.name}`;
      return [it.id, it.connection, login, it.person.name, it.caseId ?? 'none', since, ends];
    }),
    ghosts
      ? 'Every account that can be used belongs to somebody we know.'
      : 'Nobody who left has an account that can be used, as far as was looked.',
  );

const sweepLines = ({ paint, zone, now }: Cli, sweeps: readonly AccessSweep[]): string[] =>
  table(
    paint,
    [
      'Connection',
      'Looked at',
      'Can be used',
      'Of people who left',
      'Of nobody we know',
      'Because',
    ],
    sweeps.map((it) => [
      it.connection,
      it.sweptAt === null ? 'not yet' : momentText(it.sweptAt, zone, now()),
      `${it.accounts ?? ''}`,
      { text: `${it.residual ?? ''}`, tone: it.residual ? 'attention' : 'plain' },
      `${it.ghosts ?? ''}`,
      { text: it.failure ?? '', tone: 'attention' },
    ]),
    'No connection has accounts that could be looked at.',
  );
