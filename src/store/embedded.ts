import { existsSync, mkdirSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { type Account, letThrough, reachableBinaries, serverAccount } from './embedded-account.ts';
import { embeddedBinaries, embeddedMajorVersion } from './embedded-binaries.ts';
import { makeFiles, superuser } from './embedded-files.ts';
import { runsServerOf } from './embedded-postmaster.ts';
import { running, type Start, serverPort } from './embedded-start.ts';
import { keptPassword } from './passwords.ts';
import { DatabaseProblem } from './problem.ts';

/** How to start the embedded server. */
export interface EmbeddedOptions {
  /** The data directory of Gatehouse; the server's files go to `postgres` and `run` below it. */
  readonly dataDirectory: string;
  /** Where the superuser's password lies, beside the key files. */
  readonly keysDirectory: string;
  /** Refuses a second process with any such purpose; without it the process shares what runs. */
  readonly soleAs?: string;
  /** Server settings on top of ours, for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What the server's environment holds beside ours, for tests. */
  readonly environment?: Readonly<Record<string, string>>;
  /** As whom the server runs; found out when not given. */
  readonly account?: Account;
  /** Told when the server went away by itself; all that helps then is to end and start again. */
  readonly onLost?: (reason: string) => void;
}

/** A running embedded server and how to log in to it as its superuser. */
export interface EmbeddedServer {
  readonly admin: pg.ClientConfig & { host: string; port: number; user: string; password: string };
  readonly processId: number;
  /** Leaves the server; the last one to leave stops it, and waits until all is on disk. */
  stop(): Promise<void>;
}

const stopLimitMs = 60_000;

/** Advisory locks in the database `postgres`: all who are present share the first. */
const presenceLock = 7_201_001;
const soleLock = 7_201_002;

/**
 * Starts the embedded PostgreSQL, or joins the one that already runs on this data directory: either
 * another Gatehouse process uses it, or a killed one left it behind. The server listens on a Unix
 * socket only, lives in a session of its own (Ctrl-C does not reach it) and ends with `stop`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const start = prepare(options);
  for (;;) {
    const { postmaster, started } = await running(start);
    const { socketDirectory: host, processId } = postmaster;
    const admin = { host, port: serverPort, user: superuser, password: start.password };
    const presence = await enter(admin, options);
    // The last one who was present has just stopped it.
    if (presence === undefined) continue;
    return present(presence, { admin, processId, started, directory: start.directory }, options);
  }
}

/** Makes folders, password and files. */
function prepare({ keysDirectory, settings, environment, ...options }: EmbeddedOptions): Start {
  const dataDirectory = path.resolve(options.dataDirectory);
  const directory = path.join(dataDirectory, 'postgres');
  const account = options.account ?? serverAccount();
  const binaries = reachableBinaries(account, embeddedBinaries(), `${embeddedMajorVersion}`);
  try {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    letThrough(account, dataDirectory);
    const password = keptPassword(keysDirectory, 'database-admin', !existsSync(directory));
    makeFiles({ account, binaries, directory, password });
    return {
      account,
      binaries,
      dataDirectory,
      directory,
      keysDirectory,
      password,
      ...(settings ? { settings } : {}),
      ...(environment ? { environment } : {}),
    };
  } catch (error) {
    throw plain(error, dataDirectory);
  }
}

function plain(error: unknown, dataDirectory: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const sentence =
    code === 'ENOSPC'
      ? `The disk that holds ${dataDirectory} is full: make room and start again.`
      : code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
        ? `This user may not write to ${dataDirectory}. Give it the folder, or set GATEHOUSE_DATA to another.`
        : undefined;
  return sentence === undefined ? error : new DatabaseProblem(sentence, { cause: error });
}

interface Presence {
  readonly client: pg.Client;
  /** Kept from holding the process up: who only looks on may end. */
  readonly socket: Socket;
}

/**
 * Takes our place among those who use the server; it ends with the connection, so also when we are
 * killed. Undefined when the server is just ending.
 */
async function enter(
  admin: EmbeddedServer['admin'],
  { soleAs, dataDirectory }: EmbeddedOptions,
): Promise<Presence | undefined> {
  const socket = new Socket();
  const client = new pg.Client({
    ...admin,
    database: 'postgres',
    stream: () => socket,
    application_name: `gatehouse ${soleAs ?? 'visitor'}, process ${process.pid}`,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select pg_advisory_lock_shared($1)', [presenceLock]);
    if (soleAs === undefined) return { client, socket };
    const { rows } = await client.query<{ held: boolean }>(
      'select pg_try_advisory_lock($1) as held',
      [soleLock],
    );
    if (rows[0]?.held) return { client, socket };
  } catch {
    await client.end().catch(() => {});
    return undefined;
  }
  const other = await holderOfSoleLock(client);
  await client.end();
  throw new DatabaseProblem(
    `Another Gatehouse already uses the data directory ${path.resolve(dataDirectory)} (${other}). ` +
      'End it first, or set GATEHOUSE_DATA to another folder.',
  );
}

async function holderOfSoleLock(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ application_name: string }>(
    `select application_name
       from pg_locks
       join pg_stat_activity using (pid)
      where locktype = 'advisory'
        and objid = $1
        and granted`,
    [soleLock],
  );
  return rows[0]?.application_name ?? 'it has just ended';
}

interface Present {
  readonly admin: EmbeddedServer['admin'];
  readonly processId: number;
  readonly started: boolean;
  readonly directory: string;
}

function present(
  { client, socket }: Presence,
  { admin, processId, started, directory }: Present,
  { onLost }: EmbeddedOptions,
): EmbeddedServer {
  let stopping: Promise<void> | undefined;
  socket.unref();
  client.on('end', () => {
    if (!stopping)
      onLost?.(`The database server ended. Its log is in ${path.join(directory, 'log')}.`);
  });
  // When the process ends without stop(), the server it started must not outlive it.
  const abandon = () => {
    if (started && runsServerOf(directory, processId)) process.kill(processId, 'SIGINT');
  };
  process.once('exit', abandon);

  const leave = async () => {
    socket.ref();
    process.off('exit', abandon);
    const alone = await isAlone(client);
    if (alone) process.kill(processId, 'SIGINT');
    await client.end().catch(() => {});
    if (alone) await gone(directory, processId);
  };
  return {
    admin,
    processId,
    stop() {
      stopping ??= leave();
      return stopping;
    },
  };
}

/** Gives up our place and tells whether nobody else has one; nobody can enter in between. */
async function isAlone(client: pg.Client): Promise<boolean> {
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [presenceLock]);
    const { rows } = await client.query<{ alone: boolean }>(
      'select pg_try_advisory_lock($1) as alone',
      [presenceLock],
    );
    return rows[0]?.alone ?? false;
  } catch {
    return false;
  }
}

async function gone(directory: string, processId: number): Promise<void> {
  const deadlineMs = Date.now() + stopLimitMs;
  while (runsServerOf(directory, processId)) {
    if (Date.now() > deadlineMs) {
      throw new DatabaseProblem(
        `The database server (process ${processId}) did not stop within ${stopLimitMs / 1000} s.`,
      );
    }
    await wait(5);
  }
}
