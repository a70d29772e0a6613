import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { Binaries } from './embedded-binaries.ts';
import { DatabaseProblem } from './problem.ts';

/**
 * As whom the server programs run. PostgreSQL refuses to run as root, so root needs a way out: a
 * user namespace in which root is called 1000, or else a real user without privileges.
 */
export type Account =
  | { readonly kind: 'self' }
  | { readonly kind: 'namespace' }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number };

const intoNamespace = ['--user', '--map-user=1000', '--map-group=1000', '--'];

/** Picks the account for this process; makes the user `gatehouse` when nothing less will do. */
export function serverAccount(): Account {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  const trial = spawnSync('unshare', [...intoNamespace, 'true'], { stdio: 'ignore' });
  return trial.status === 0 ? { kind: 'namespace' } : serverUser();
}

/** The command line and spawn options that run `program` as `account`. */
export function runAs(account: Account, program: string, args: readonly string[]) {
  // Nothing of our own environment: PGDATA, LD_PRELOAD and the like must not reach the server.
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  switch (account.kind) {
    case 'self':
      return { command: program, args: [...args], options: { env, cwd: '/' } };
    case 'namespace':
      return {
        command: 'unshare',
        args: [...intoNamespace, program, ...args],
        options: { env, cwd: '/' },
      };
    case 'user': {
      const { uid, gid } = account;
      return { command: program, args: [...args], options: { env, cwd: '/', uid, gid } };
    }
  }
}

/** Gives a file or folder to the account, where that is somebody else. */
export function giveTo(account: Account, file: string): void {
  if (account.kind === 'user') chownSync(file, account.uid, account.gid);
}

/**
 * Makes sure that the account can enter `directory`, whose last folder is ours to open. Other users
 * can then pass through it, but list nothing.
 */
export function letThrough(account: Account, directory: string): void {
  if (account.kind !== 'user') return;
  chmodSync(directory, statSync(directory).mode | 0o011);
  if (canReach(account, directory)) return;
  throw new DatabaseProblem(
    `The embedded PostgreSQL cannot run as root here, and the user it runs as instead (number ` +
      `${account.uid}) cannot enter ${directory}. Run Gatehouse as an ordinary user, or set ` +
      'GATEHOUSE_DATA to a folder below one that everybody may enter (such as /var/lib), or set DATABASE_URL.',
  );
}

/** The binaries themselves, or a copy of them that the account can reach. */
export function reachableBinaries(account: Account, binaries: Binaries, version: string): Binaries {
  if (account.kind !== 'user' || canReach(account, binaries.postgres)) return binaries;
  const directory = `/var/tmp/gatehouse-postgresql-${version}`;
  if (!existsSync(directory)) {
    const copy = mkdtempSync(`${directory}-`);
    chmodSync(copy, 0o755);
    cpSync(binaries.directory, copy, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(copy, directory);
    } catch (error) {
      rmSync(copy, { recursive: true });
      if (!existsSync(directory)) throw error;
    }
  }
  if (statSync(directory).uid !== 0) {
    throw new DatabaseProblem(`${directory} does not belong to root. Remove it and start again.`);
  }
  return {
    directory,
    initdb: path.join(directory, 'bin', 'initdb'),
    postgres: path.join(directory, 'bin', 'postgres'),
  };
}

function canReach(account: Account, file: string): boolean {
  const { command, args, options } = runAs(account, 'test', ['-x', file]);
  return spawnSync(command, args, options).status === 0;
}

function serverUser(): Account {
  const known = findUser('gatehouse') ?? findUser('postgres');
  if (known) return known;
  try {
    execFileSync(
      'useradd',
      ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'gatehouse'],
      {
        stdio: 'pipe',
      },
    );
  } catch (error) {
    throw new DatabaseProblem(
      'PostgreSQL does not run as root, and neither a user namespace nor a user "gatehouse" could be ' +
        'made for it. Run Gatehouse as an ordinary user, or set DATABASE_URL.',
      { cause: error },
    );
  }
  const made = findUser('gatehouse');
  if (!made)
    throw new DatabaseProblem('The user "gatehouse" was made, but /etc/passwd does not name it.');
  return made;
}

function findUser(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((it) => it.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { kind: 'user', uid: Number(uid), gid: Number(gid) } : undefined;
}
