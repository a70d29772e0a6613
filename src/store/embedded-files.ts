import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type Account, giveTo, runAs } from './embedded-account.ts';
import { type Binaries, embeddedMajorVersion } from './embedded-binaries.ts';
import { DatabaseProblem } from './problem.ts';

/** The superuser of the embedded server. */
export const superuser = 'postgres';

/** The server's files and who works on them with what. */
export interface ServerFiles {
  readonly account: Account;
  readonly binaries: Binaries;
  /** The PostgreSQL data directory. */
  readonly directory: string;
  /** The superuser's. */
  readonly password: string;
}

/**
 * Makes the server's files where there are none. They are made beside their place and moved there, so
 * that a cut-off leaves nothing half, and of two processes that do it at once one wins.
 */
export function makeFiles({ account, binaries, directory, password }: ServerFiles): void {
  if (existsSync(directory)) {
    checkMajorVersion(directory);
    return;
  }
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
    const { status, stderr, error } = spawnSync(command, args, { ...options, encoding: 'utf8' });
    if (status !== 0) {
      throw explained(`The database could not be made in ${directory}.`, `${error ?? ''}${stderr}`);
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
  const file = path.join(directory, 'PG_VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  if (found === undefined) {
    throw new DatabaseProblem(
      `${directory} is there, but holds no database. Remove it, or set GATEHOUSE_DATA.`,
    );
  }
  if (Number(found) === embeddedMajorVersion) return;
  throw new DatabaseProblem(
    `The database in ${directory} was made by PostgreSQL ${found}; this Gatehouse brings ` +
      `PostgreSQL ${embeddedMajorVersion}. Go on with the Gatehouse that made it, or move the data to a ` +
      'PostgreSQL of your own (pg_dump, then DATABASE_URL).',
  );
}

/** Turns what a server program printed into a sentence that says what to do. */
export function explained(what: string, output: string): DatabaseProblem {
  const reason = /no space left on device|check free disk space/i.test(output)
    ? 'The disk is full: make room and start again.'
    : `It said: ${output.trim().split('\n').slice(-4).join(' | ')}`;
  return new DatabaseProblem(`${what} ${reason}`);
}

/** What the server printed since `sinceMs`: while starting, and then in the log of the day. */
export function serverOutput(directory: string, startLog: string, sinceMs: number): string {
  const logs = path.join(directory, 'log');
  const names = existsSync(logs) ? readdirSync(logs).map((name) => path.join(logs, name)) : [];
  const said = [startLog, ...names.filter((file) => statSync(file).mtimeMs >= sinceMs)]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8').slice(-4_000));
  // A server that finds no room cannot write that down either.
  if (statfsSync(directory).bavail === 0) said.push('No space left on device');
  return said.join('\n');
}
