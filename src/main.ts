#!/usr/bin/env node
// The only file that knows everything: reads the environment, wires, and runs one of the roles, the
// practice company, a local command, or a command of the client.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import pino from 'pino';
import { Problem } from '#app/problem.ts';
import { KeyProblem } from '#store/keys.ts';
import { DatabaseProblem } from '#store/problem.ts';
import { type Role, roles } from '#store/roles.ts';
import { connectors } from './connectors.ts';
import {
  type Configuration,
  configurationFile,
  readConfiguration,
} from './operate/configuration.ts';
import { Unreadable, verifyCodes, verifyCommand } from './operate/evidence.ts';
import { localCommands } from './operate/local.ts';
import { serve } from './serve.ts';

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
    return 1;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(error);
  return 1;
});

async function main(): Promise<number> {
  const played = processes[word];
  if (played) return run(configuration(), played);
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
  if (word === 'verify') return verify();
  if (
    ['user', 'ledger', 'evidence'].includes(word) ||
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
function configuration(): Configuration {
  const source = { environment: process.env, workingDirectory: process.cwd() };
  const file = configurationFile(source);
  const text = existsSync(file) ? { file: readFileSync(file, 'utf8') } : {};
  const read = readConfiguration({ ...source, ...text });
  if (read.ok) return read.configuration;
  throw new Problem('not readable', read.problems.join('\n'));
}

/** Checks a pack on any machine: no configuration, no data directory. */
async function verify(): Promise<number> {
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
  const program = new Command('gatehouse').exitOverride();
  let code = 0;
  const commands = localCommands(configuration(), output, (it) => (code = it));
  for (const command of commands) program.addCommand(command);
  await program.parseAsync(process.argv.slice(2), { from: 'user' });
  return code;
}

async function run(settings: Configuration, played: readonly Role[]): Promise<number> {
  const log = pino({ level: 'info', base: { process: word }, formatters: { log: listed } });
  const stopping = Promise.withResolvers<string>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => stopping.resolve(signal)); // once more changes nothing: it is stopping
  }
  const program = await serve({ configuration: settings, roles: played, connectors, log });
  try {
    log.info({ url: program.url }, `gatehouse ${word} is ready`);
    if (program.firstStart) {
      console.error(`\nGatehouse answers at ${program.url}`);
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
