import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import {
  type Account,
  giveTo,
  letThrough,
  reachableBinaries,
  runAs,
  serverAccount,
} from './embedded-account.ts';
import { type Binaries, embeddedBinaries, embeddedMajorVersion } from './embedded-binaries.ts';
import {
  clearLeftOvers,
  type Postmaster,
  readPostmaster,
  runsServerOf,
  socketDirectoryFor,
} from './embedded-postmaster.ts';
import { keptPassword } from './passwords.ts';
import { DatabaseProblem } from './problem.ts';

/** How to start the embedded server. */
export interface EmbeddedOptions {
  /** The data directory of Gatehouse; the server's files go to `postgres` and `run` below it. */
  readonly dataDirectory: string;
  /** Where the superuser's password lies, beside the key files. */
  readonly keysDirectory: string;
  /** Refuses a second process with this purpose; without it the process shares what runs. */
  readonly soleAs?: string;
  /** Server settings on top of ours, for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** As whom the server runs; found out when not given. */
  readonly account?: Account;
  /** Told when the server went away by itself; nothing can be done then but to end and start again. */
  readonly onLost?: (reason: string) => void;
}

/** A running embedded server and how to log in to it as its superuser. */
export interface EmbeddedServer {
  readonly admin: pg.ClientConfig & { host: string; port: number; user: string; password: string };
  readonly processId: number;
  /** Leaves the server; the last one to leave stops it, and waits until all is on disk. */
  stop(): Promise<void>;
}

const serverPort = 5432;
const superuser = 'postgres';
const startLimitMs = 120_000;
const stopLimitMs = 60_000;

/** Advisory locks in the database `postgres`: everybody present shares the first. */
const presenceLock = 7_201_001;
const soleLock = 7_201_002;

/**
 * Starts the embedded PostgreSQL, or joins the one that already runs on this data directory: either
 * another Gatehouse process uses it, or a killed one left it behind. The server listens on a Unix
 * socket only, lives in a session of its own (Ctrl-C does not reach it) and ends with `stop`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const account = options.account ?? serverAccount();
  const binaries = reachableBinaries(account, embeddedBinaries(), `${embeddedMajorVersion}`);
  const directory = path.join(path.resolve(options.dataDirectory), 'postgres');
  mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 });
  letThrough(account, options.dataDirectory);
  const password = keptPassword(options.keysDirectory, 'database-admin', !existsSync(directory));
  if (!existsSync(directory)) initialise({ account, binaries, directory, password });
  checkMajorVersion(directory);

  const { postmaster, started } = await running({
    ...options,
    account,
    binaries,
    directory,
    password,
  });
  const admin = { host: postmaster.socketDirectory, port: serverPort, user: superuser, password };
  const presence = await enter(admin, options);

  let leaving = false;
  presence.client.on('error', () => {});
  presence.socket.unref();
  presence.client.on('end', () => {
    if (!leaving) options.onLost?.(`The database server ended. ${lastWords(directory)}`);
  });
  // When the process ends without stop(), the server it started must not outlive it.
  const abandon = () => {
    if (started && runsServerOf(directory, postmaster.processId)) {
      process.kill(postmaster.processId, 'SIGINT');
    }
  };
  process.once('exit', abandon);

  return {
    admin,
    processId: postmaster.processId,
    async stop() {
      if (leaving) return;
      leaving = true;
      presence.socket.ref();
      process.off('exit', abandon);
      const alone = await isAlone(presence.client);
      if (alone) process.kill(postmaster.processId, 'SIGINT');
      await presence.client.end().catch(() => {});
      if (alone) await gone(directory, postmaster.processId);
    },
  };
}

interface Initialisation {
  readonly account: Account;
  readonly binaries: Binaries;
  readonly directory: string;
  readonly password: string;
}

/** Makes the server's files beside their place and moves them there, so that a cut-off leaves nothing half. */
function initialise({ account, binaries, directory, password }: Initialisation): void {
  const parent = path.dirname(directory);
  removeAbandoned(parent);
  const workshop = mkdtempSync(path.join(parent, 'postgres-new-'));
  try {
    giveTo(account, workshop);
    const passwordFile = path.join(workshop, 'password');
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    giveTo(account, passwordFile);
    const files = path.join(workshop, 'files');
    const { command, args, options } = runAs(account, binaries.initdb, [
      `--pgdata=${files}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--data-checksums',
      '--no-instructions',
    ]);
    const result = spawnSync(command, args, { ...options, encoding: 'utf8' });
    if (result.status !== 0) {
      throw explained(
        `The database could not be made in ${directory}.`,
        `${result.error ?? ''}${result.stderr}`,
      );
    }
    moveIntoPlace(files, directory);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** Another process may have been faster; then its files hold and ours are thrown away. */
function moveIntoPlace(files: string, directory: string): void {
  try {
    renameSync(files, directory);
  } catch (error) {
    if (!existsSync(path.join(directory, 'PG_VERSION'))) throw error;
  }
}

/** Half-made files of a process that was killed while it made them. */
function removeAbandoned(parent: string): void {
  const hourAgoMs = Date.now() - 3_600_000;
  for (const name of readdirSync(parent).filter((it) => it.startsWith('postgres-new-'))) {
    const abandoned = path.join(parent, name);
    if (statSync(abandoned).mtimeMs < hourAgoMs)
      rmSync(abandoned, { recursive: true, force: true });
  }
}

function checkMajorVersion(directory: string): void {
  const found = readFileSync(path.join(directory, 'PG_VERSION'), 'utf8').trim();
  if (Number(found) === embeddedMajorVersion) return;
  throw new DatabaseProblem(
    `The database in ${directory} was made by PostgreSQL ${found}; this Gatehouse brings ` +
      `PostgreSQL ${embeddedMajorVersion}. Run "gatehouse backup" with the Gatehouse that made it and ` +
      '"gatehouse restore" with this one.',
  );
}

type Start = EmbeddedOptions & Initialisation;

/** Joins the server that runs, or starts it, and waits until it answers. */
async function running(start: Start): Promise<{ postmaster: Postmaster; started: boolean }> {
  const log = path.join(start.dataDirectory, 'postgres-start.log');
  const deadline = Date.now() + startLimitMs;
  let child: { exited: boolean } | undefined;
  for (;;) {
    const postmaster = readPostmaster(start.directory);
    if (postmaster && (await answers(postmaster, start)))
      return { postmaster, started: child !== undefined };
    if (!postmaster && child?.exited)
      throw explained('The database server did not start.', readFileSync(log, 'utf8'));
    if (!postmaster && !child) {
      clearLeftOvers(start.directory);
      child = launch(start, log);
    }
    if (Date.now() > deadline) {
      throw explained(
        `The database server did not answer within ${startLimitMs / 1000} s.`,
        readFileSync(log, 'utf8'),
      );
    }
    await wait(10);
  }
}

function launch(
  { account, binaries, directory, settings, dataDirectory }: Start,
  log: string,
): { exited: boolean } {
  const socketDirectory = socketDirectoryFor(path.resolve(dataDirectory));
  giveTo(account, socketDirectory);
  const all = { ...serverSettings, unix_socket_directories: socketDirectory, ...settings };
  const { command, args, options } = runAs(account, binaries.postgres, [
    '-D',
    directory,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const output = openSync(log, 'w', 0o600);
  const state = { exited: false };
  const child = spawn(command, args, {
    ...options,
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.once('error', () => {
    state.exited = true;
  });
  child.once('exit', () => {
    state.exited = true;
  });
  child.unref();
  closeSync(output);
  return state;
}

const serverSettings = {
  listen_addresses: '',
  port: `${serverPort}`,
  ssl: 'off',
  unix_socket_permissions: '0700',
  max_connections: '200',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Logs name neither statements nor values: both carry personal data, and `create role` a password.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  // One file per weekday, each overwritten a week later.
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'server-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
};

/** True once somebody can log in; false while the server starts or recovers. */
async function answers(
  postmaster: Postmaster,
  { password, keysDirectory }: Start,
): Promise<boolean> {
  const client = new pg.Client({
    host: postmaster.socketDirectory,
    port: serverPort,
    user: superuser,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '28P01') {
      throw new DatabaseProblem(
        `The password in ${path.join(keysDirectory, 'database-admin.password')} is not the one of the database ` +
          'server. Put the file back from your backup; it belongs to the data directory.',
      );
    }
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Takes our place among those who use the server; it ends with the connection, so also when we are killed. */
async function enter(
  admin: EmbeddedServer['admin'],
  { soleAs, dataDirectory }: EmbeddedOptions,
): Promise<{ client: pg.Client; socket: Socket }> {
  const socket = new Socket();
  const client = new pg.Client({
    ...admin,
    database: 'postgres',
    stream: () => socket,
    application_name: `gatehouse ${soleAs ?? 'visitor'}, process ${process.pid}`,
  });
  await client.connect();
  await client.query('select pg_advisory_lock_shared($1)', [presenceLock]);
  if (soleAs === undefined) return { client, socket };
  const { rows } = await client.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1) as held',
    [soleLock],
  );
  if (rows[0]?.held) return { client, socket };
  const holder = await client.query<{ application_name: string }>(
    `select application_name
       from pg_locks
       join pg_stat_activity using (pid)
      where locktype = 'advisory'
        and objid = $1
        and granted`,
    [soleLock],
  );
  await client.end();
  throw new DatabaseProblem(
    `Another Gatehouse already uses the data directory ${path.resolve(dataDirectory)} ` +
      `(${holder.rows[0]?.application_name ?? 'it has just ended'}). End it first, or set GATEHOUSE_DATA to another folder.`,
  );
}

/** Gives up our place and tells whether nobody else has one; nobody can enter in between. */
async function isAlone(presence: pg.Client): Promise<boolean> {
  try {
    await presence.query('select pg_advisory_unlock_shared($1)', [presenceLock]);
    const { rows } = await presence.query<{ alone: boolean }>(
      'select pg_try_advisory_lock($1) as alone',
      [presenceLock],
    );
    return rows[0]?.alone ?? false;
  } catch {
    return false;
  }
}

async function gone(directory: string, processId: number): Promise<void> {
  const deadline = Date.now() + stopLimitMs;
  while (runsServerOf(directory, processId)) {
    if (Date.now() > deadline) {
      throw new DatabaseProblem(
        `The database server (process ${processId}) did not stop within ${stopLimitMs / 1000} s.`,
      );
    }
    await wait(5);
  }
}

/** Turns what the server printed into a sentence that says what to do. */
function explained(what: string, output: string): DatabaseProblem {
  const reason = /no space left on device/i.test(output)
    ? 'The disk is full: make room and start again.'
    : `It said: ${output.trim().split('\n').slice(-5).join(' | ')}`;
  return new DatabaseProblem(`${what} ${reason}`);
}

function lastWords(directory: string): string {
  return `Its log is in ${path.join(directory, 'log')}.`;
}
