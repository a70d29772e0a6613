import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { giveTo, runAs } from './embedded-account.ts';
import { explained, type ServerFiles, serverOutput, superuser } from './embedded-files.ts';
import {
  clearForeignLock,
  type Postmaster,
  readPostmaster,
  socketDirectoryFor,
} from './embedded-postmaster.ts';
import { passwordFile } from './passwords.ts';
import { DatabaseProblem } from './problem.ts';

/** The number in the name of the socket; nothing listens on a network. */
export const serverPort = 5432;
const startLimitMs = 120_000;

/**
 * How far the sessions of the server stand behind Gatehouse itself, as a nice value. Otherwise each one that gets a
 * statement may push aside the process that sent it, though that has more to send and another processor is free: a
 * layoff took a tenth longer.
 */
const politeness = 5;

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

/** What to start, and where its socket and first output go. */
export interface Start extends ServerFiles {
  readonly dataDirectory: string;
  readonly keysDirectory: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Joins the server that runs, or starts it, and waits until it answers. */
export async function running(start: Start): Promise<{ postmaster: Postmaster; started: boolean }> {
  const { directory } = start;
  const log = path.join(start.dataDirectory, 'postgres-start.log');
  const beganAtMs = Date.now();
  let child: { exited: boolean } | undefined;
  for (;;) {
    const postmaster = readPostmaster(directory);
    if (postmaster && (await answers(postmaster, start))) {
      return { postmaster, started: child !== undefined };
    }
    const output = () => serverOutput(directory, log, beganAtMs);
    if (!postmaster && child?.exited) {
      // Processes of a server that was killed hold its memory a moment longer.
      if (!output().includes('pre-existing shared memory block')) {
        throw explained('The database server did not start.', output());
      }
      child = undefined;
      await wait(200);
    }
    if (!postmaster && !child) child = launch(start, log);
    if (Date.now() > beganAtMs + startLimitMs) {
      throw explained(`The database server did not answer in ${startLimitMs / 1000} s.`, output());
    }
    await wait(10);
  }
}

function launch(
  { account, binaries, directory, settings, environment, dataDirectory }: Start,
  log: string,
): { exited: boolean } {
  clearForeignLock(directory);
  const socketDirectory = socketDirectoryFor(dataDirectory);
  giveTo(account, socketDirectory);
  const all = { ...serverSettings, unix_socket_directories: socketDirectory, ...settings };
  const { command, args, options } = runAs(account, binaries.postgres, [
    '-D',
    directory,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const output = openSync(log, 'w', 0o600);
  const state = { exited: false };
  const end = () => {
    state.exited = true;
  };
  // A session of its own: Ctrl-C in our terminal is for us, and we stop the server when all is done.
  const child = spawn(command, args, {
    ...options,
    env: { ...options.env, ...environment },
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.once('error', end);
  child.once('exit', end);
  if (child.pid !== undefined) setPriority(child.pid, Math.min(getPriority() + politeness, 19));
  child.unref();
  closeSync(output);
  return state;
}

/** True once the superuser can log in; false while the server starts, recovers or ends. */
async function answers(postmaster: Postmaster, start: Start): Promise<boolean> {
  if (postmaster.socketDirectory === '') return false;
  const client = new pg.Client({
    host: postmaster.socketDirectory,
    port: serverPort,
    user: superuser,
    password: start.password,
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
        `The password in ${passwordFile(start.keysDirectory, 'database-admin')} is not the one of the ` +
          'database server. Put the file back from your backup; it belongs to the data directory.',
      );
    }
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
