#!/usr/bin/env node
// The only file that knows everything: reads the environment, wires, and runs one of the roles, the
// practice company, a local command, or a command of the client. Each loads only what it needs.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { Problem } from '#app/problem.ts';
import { KeyProblem } from '#store/keys.ts';
import { DatabaseProblem } from '#store/problem.ts';
import { type Role, roles } from '#store/roles.ts';
import type { Configuration } from './operate/configuration.ts';

const [word = '', ...rest] = process.argv.slice(2);

const practice = path.join(import.meta.dirname, '../practice/demo.ts');

/** The words that start a process of the server, with the roles it plays. */
const processes: Readonly<Record<string, readonly Role[]>> = {
  serve: roles,
  web: ['web'],
  work: ['worker'],
  scribe: ['scribe'],
};

/** What a scribe by itself ends with when the record is not the one that was signed. */
const forkedCode = 3;

/** The only fields that reach a log line; who somebody is never does. */
const logFields = new Set([
  'alertId',
  'attempt',
  'caseId',
  'checkpoint',
  'connectionId',
  'deliveryId',
  'error',
  'errorId',
  'kind',
  'method',
  'ms',
  'path',
  'requestId',
  'route',
  'signal',
  'source',
  'status',
  'stepId',
  'url',
  'wakeAt',
]);

const output = {
  out: (line: string) => console.log(line),
  raw: (text: string) => process.stdout.write(text),
  error: (line: string) => console.error(line),
};

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof Problem || error instanceof DatabaseProblem || error instanceof KeyProblem) {
    console.error(error.message);
    if (error instanceof Problem) for (const { problem } of error.details) console.error(problem);
    return 1;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(error);
  return 1;
});

async function main(): Promise<number> {
  const played = processes[word];
  if (played) return run(await configuration(), played);
  if (word === 'demo') {
    if (!existsSync(practice)) {
      throw new Problem(
        'not found',
        'The practice company is not part of this installation. Clone the repository and run npm run demo there.',
      );
    }
    const { runDemo } = await import('../practice/demo.ts');
    return runDemo(rest);
  }
  if (word === 'connector') {
    const command = path.join(import.meta.dirname, '../practice/new-connector/command.ts');
    if (!existsSync(command)) {
      const detail =
        'Connectors are written in a source checkout. Clone the repository and run this there.';
      throw new Problem('not found', detail);
    }
    const { connectorCommand } = await import('../practice/new-connector/command.ts');
    const program = new Command('gatehouse').exitOverride();
    const root = path.join(import.meta.dirname, '..');
    program.addCommand(connectorCommand(root, output.out).exitOverride());
    await program.parseAsync(process.argv.slice(2), { from: 'user' });
    return 0;
  }
  if (word === 'verify') return verify();
  if (
    ['user', 'keys', 'ledger', 'evidence', 'doctor', 'backup', 'restore'].includes(word) ||
    (word === 'token' && (rest[0] === 'create' || rest[0] === 'destroy'))
  ) {
    return local();
  }
  const { runCli } = await import('./cli/cli.ts');
  return runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
  });
}

/** Reads the environment and `gatehouse.yaml`; wrong settings stop the start with a sentence each. */
async function configuration(): Promise<Configuration> {
  const { configurationFile, readConfiguration } = await import('./operate/configuration.ts');
  const source = { environment: process.env, workingDirectory: process.cwd() };
  const file = configurationFile(source);
  const text = existsSync(file) ? { file: readFileSync(file, 'utf8') } : {};
  const read = readConfiguration({ ...source, ...text });
  if (read.ok) return read.configuration;
  throw new Problem('not readable', read.problems.join('\n'));
}

/** Checks a pack on any machine: no configuration, no data directory. */
async function verify(): Promise<number> {
  const { Unreadable, verifyCodes, verifyCommand } = await import('./operate/verify.ts');
  let code = 0;
  const program = new Command('gatehouse').exitOverride();
  program.addCommand(verifyCommand(output, (it) => (code = it)).exitOverride());
  try {
    await program.parseAsync(process.argv.slice(2), { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    console.error(error.message);
    return verifyCodes.unreadable;
  }
}

async function local(): Promise<number> {
  const { localCommands } = await import('./operate/local.ts');
  const program = new Command('gatehouse').exitOverride();
  let code = 0;
  const commands = localCommands(await configuration(), output, (it) => (code = it));
  for (const command of commands) program.addCommand(command);
  await program.parseAsync(process.argv.slice(2), { from: 'user' });
  return code;
}

async function run(settings: Configuration, played: readonly Role[]): Promise<number> {
  const { pino } = await import('pino');
  const log = pino({ level: 'info', base: { process: word }, formatters: { log: listed } });
  const stopping = Promise.withResolvers<string>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => stopping.resolve(signal)); // once more changes nothing: it is stopping
  }
  const [{ serve }, { connectors }] = await Promise.all([
    import('./serve.ts'),
    import('./connectors.ts'),
  ]);
  const program = await serve({ configuration: settings, roles: played, connectors, log });
  try {
    log.info({ url: program.url }, `gatehouse ${word} is ready`);
    if (program.claimLink !== null) {
      console.error(`\nGatehouse answers at ${program.url}`);
      console.error(`Sign in within an hour, once: ${program.claimLink}`);
      console.error(`The key of the command line lies in ${settings.dataDirectory}/cli-token\n`);
    }
    for (const warning of await program.warnings()) log.warn({}, warning);
    // A scribe by itself has nothing left to do; elsewhere people still have to see what is wrong.
    const forked = program.forked.then((because) => {
      if (played.includes('web') || played.includes('worker')) return stopping.promise;
      console.error(because);
      return null;
    });
    const signal = await Promise.race([stopping.promise, forked]);
    if (signal === null) return forkedCode;
    log.info({ signal }, 'stopping');
  } finally {
    await program.stop();
  }
  return 0;
}

function listed(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => logFields.has(name)));
}
