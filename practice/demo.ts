import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import type { Case } from '../src/api/contract/cases.ts';
import type { Io } from '../src/cli/io.ts';
import { arrival } from './arrival.ts';
import { startAuthorities } from './authorities.ts';
import { colleague, companyName } from './company.ts';
import { connectAgency, connectProvider, showElsewhere } from './elsewhere.ts';
import { startGatehouse } from './gatehouse.ts';
import { lastDay } from './last-day.ts';
import { type Approver, openApprover } from './passkey.ts';
import { takePictures } from './pictures.ts';
import { plannedDeparture } from './planned.ts';
import { showRecord } from './record.ts';
import {
  connect,
  connectArchive,
  connectHr,
  connectMail,
  enterSettings,
  importPeople,
  protect,
  publishPlaybooks,
} from './set-up.ts';
import { newSigningSecret, type Stage } from './stage.ts';
import { type Stopping, stopping } from './stopping.ts';
import { startSystems } from './systems/systems.ts';
import { openScreen, type Screen, seconds } from './terminal.ts';
import { leaver as protectedLeaver, urgentDeparture } from './urgent.ts';
import { Unmet } from './wait.ts';

interface Options {
  readonly once?: true;
  readonly evidence?: string;
  readonly keep?: true;
  readonly pictures?: string;
  readonly ldap: boolean;
}

/** What a process that was asked to stop ends with. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * The practice company: real servers on this machine, the real program, one urgent and one
 * planned departure, and an arrival. Answers the exit code: 0 when all three are in the right state.
 *
 * Leaves nothing behind: no process and no file but those of `--evidence` and `--keep`.
 */
export async function runDemo(
  argv: readonly string[],
  io: Pick<Io, 'stdout' | 'env'> = process,
): Promise<number> {
  const options = readOptions(argv, io);
  if (typeof options === 'number') return options;

  const ended = new AbortController();
  const endings = listenForEndings(io.stdout, (ending) => ended.abort(ending));
  const screen = openScreen(io);
  try {
    await run(screen, options, ended.signal);
    const ending: Ending | undefined = ended.signal.reason;
    // After the story it is right to be asked to stop.
    if (!ending || 'code' in ending) return 0;
    throw ending.error;
  } catch (error) {
    const ending: Ending = ended.signal.reason ?? { error };
    if ('code' in ending && isBreak(error, ending)) {
      screen.line('\nStopped before the end.');
      return ending.code;
    }
    showFailure(screen, 'error' in ending ? ending.error : error);
    return 1;
  } finally {
    endings.stopListening();
  }
}

/** Why the story ends before its end: somebody asked for it, or a fault of our own. */
type Ending = { readonly code: number } | { readonly error: unknown };

/** Whether a wait was broken off, and nothing else went wrong on the way out. */
const isBreak = (error: unknown, ending: Ending): boolean =>
  error === ending || (error instanceof Error && error.name === 'AbortError');

/** Whatever happens, everything that was started has to be stopped. */
function listenForEndings(stdout: Io['stdout'], end: (ending: Ending) => void) {
  const onSignal = (name: keyof typeof signals) => end({ code: signals[name] });
  const onError = (error: unknown) => end({ error });
  // Whoever reads along has gone, as `head` does. It may show later, so we listen to the end.
  const onPipe = () => end({ code: signals.SIGHUP });
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  process.on('uncaughtException', onError);
  stdout.on('error', onPipe);
  return {
    stopListening() {
      for (const name of names) process.off(name, onSignal);
      process.off('uncaughtException', onError);
    },
  };
}

function showFailure(screen: Screen, error: unknown): void {
  screen.line();
  if (error instanceof Unmet) {
    screen.line(screen.paint('attention', '▲ It is not as it should be.'));
    screen.entry(' ', 'quiet', 'Expected', error.expected);
    screen.entry(' ', 'quiet', 'Found', error.found);
    return;
  }
  const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  screen.line(screen.paint('attention', '▲ It broke off.'));
  screen.line(text);
}

async function run(screen: Screen, options: Options, signal: AbortSignal): Promise<void> {
  const stops = stopping();
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-practice-'));
  stops.add(async () => {
    if (options.keep) screen.entry('·', 'quiet', 'Kept', folder);
    else await rm(folder, { recursive: true, force: true });
  });
  try {
    const begun = performance.now();
    screen.line(screen.paint('strong', `${companyName}, the practice company of Gatehouse`));
    screen.line('Forty people, and systems that exist only on this machine while this runs.');
    screen.line();
    const stage = await setUp(screen, { folder, ldap: options.ldap, signal, stops });

    const urgent = await urgentDeparture(stage);
    const planned = await lastDay(stage, await plannedDeparture(stage));
    const arrived = await arrival(stage);
    await showElsewhere(stage, [urgent, planned, arrived]);
    const evidence = options.evidence === undefined ? null : path.resolve(options.evidence);
    await showRecord(stage, [urgent, planned, arrived], evidence);

    screen.line();
    const took = seconds(performance.now() - begun);
    screen.line(
      screen.paint('good', `Two departures and one arrival are in the right state. ${took}.`),
    );
    if (options.pictures !== undefined) {
      await takePictures(stage, path.resolve(options.pictures), urgent);
      return;
    }
    if (!options.once) await goOn(stage, urgent);
  } finally {
    screen.status(() => 'stopping every server');
    await stops.all().finally(() => screen.status(null));
  }
}

async function setUp(
  screen: Screen,
  it: { folder: string; ldap: boolean; signal: AbortSignal; stops: Stopping },
): Promise<Stage> {
  const { folder, ldap, signal, stops } = it;
  const begun = performance.now();
  const step = (name: string, text: string) => {
    signal.throwIfAborted();
    screen.entry('✔', 'good', name, text);
  };
  async function started<Server extends { stop(): Promise<void> }>(starting: Promise<Server>) {
    const server = await starting;
    stops.add(() => server.stop());
    return server;
  }

  screen.status(() => `starting servers, ${seconds(performance.now() - begun)}`);
  const authorities = await started(startAuthorities(path.join(folder, 'authorities')));
  const systems = await started(startSystems({ ldap }));
  const gatehouse = await started(
    startGatehouse(folder, { authorities: authorities.settings, detours: systems.detours }),
  );
  step('Gatehouse', `with a PostgreSQL of its own, at ${gatehouse.url}`);

  if (authorities.settings.length > 0) {
    const names = authorities.settings.map(({ name }) => name).join(' and ');
    step('Time stamps', `by ${names}, two authorities with clocks and keys of their own`);
  }

  await enterSettings(gatehouse, systems);
  if (!systems.directory) {
    const why = ldap
      ? 'slapd is not installed here (apt-get install slapd slapd-contrib ldap-utils)'
      : 'left out';
    screen.entry('·', 'quiet', 'Directory', `${why}; the story goes on without LDAP`);
  }
  for (const system of systems.all) {
    await connect(gatehouse, system);
    step(system.connection.name, system.about);
  }
  await connectMail(gatehouse, systems);
  step('Mail', 'SMTP; takes every mail and passes none on');
  step('Alerts', `by mail, and in the channel ${systems.channel.name} of Microsoft Teams`);
  const provisioning = await connectProvider(gatehouse, systems);
  step('Okta, inbound', provisioning.about);
  step('Agency', await connectAgency(gatehouse));
  await connectArchive(gatehouse);
  step('Archive', 'a folder that takes the record of each departure when it is done');
  const signingSecret = newSigningSecret();
  await connectHr(gatehouse, signingSecret);
  step('HR', 'tells of departures in signed events');
  const { people } = await importPeople(gatehouse);
  step('People', `${people} taken in from a CSV file, no row refused`);
  const published = await publishPlaybooks(gatehouse, systems);
  step('Playbooks', `${published.join('; ')}; planned departures follow the starter`);
  const approvers: Approver[] = [];
  for (const it of [gatehouse.staff.mei, gatehouse.staff.sam]) {
    approvers.push(await openApprover(it, gatehouse.publicUrl));
  }
  const names = approvers.map(({ name }) => name).join(' and ');
  step('Approvals', `${names} have a passkey each, and decide what cannot be undone`);
  await protect(gatehouse, protectedLeaver);
  step('Protected', `${protectedLeaver.name}: what cannot be undone about her takes both of them`);
  screen.status(null);
  const isStamped = authorities.settings.length > 0;
  const outside = { provisioning, approvers, signingSecret, isStamped };
  return { screen, gatehouse, systems, ...outside, signal };
}

/** Leaves everything running for whoever wants to try it, until they stop it. */
async function goOn({ screen, gatehouse, signal }: Stage, urgent: Case): Promise<void> {
  screen.line();
  screen.line(
    `Everything goes on running. In a browser, as ${gatehouse.staff.sam.name}, once, within an hour:`,
  );
  screen.line();
  screen.line(`   ${await gatehouse.signInLink('sam')}`);
  screen.line();
  screen.line('In another terminal, in this folder:');
  screen.line();
  screen.line(`   export GATEHOUSE_URL=${gatehouse.url}`);
  screen.line(`   export GATEHOUSE_DATA=${gatehouse.dataDirectory}`);
  const next = colleague('liam.obrien');
  for (const it of [
    'case list',
    `case show ${urgent.id}`,
    'tasks',
    `audit search --person ${urgent.person.personId} --system expenses`,
    `depart ${next.personId} --kind involuntary --urgent`,
  ]) {
    screen.line(`   npx gatehouse ${it}`);
  }
  screen.line();
  screen.paragraph(`The last one cuts the access of ${next.name}. The key that all of them use:`);
  screen.line(`   ${path.join(gatehouse.dataDirectory, 'cli-token')}`);
  screen.line();
  screen.line('Ctrl-C stops everything and leaves nothing behind.');
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  screen.line();
}

/** Answers an exit code instead where there is nothing to run. */
function readOptions(argv: readonly string[], { stdout }: Pick<Io, 'stdout'>): Options | number {
  const write = (text: string) => stdout.write(text);
  const command = new Command('gatehouse demo')
    .description(
      'the practice company: two departures and an arrival on real servers that only this machine has',
    )
    .option('--once', 'end by itself: code 0 when all three are in the right state, else 1')
    .option('--evidence <dir>', 'write the record of all three there')
    .option('--keep', 'keep the data directory, with the log')
    .option(
      '--pictures <dir>',
      'take a picture of every page at the end (needs Chromium), then end',
    )
    .option('--no-ldap', 'leave out the LDAP directory')
    .configureOutput({ writeOut: write, writeErr: write })
    .exitOverride();
  try {
    command.parse([...argv], { from: 'user' });
    return command.opts<Options>();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}
