import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseProblem } from './problem.ts';

/** A server process that lives and belongs to our data directory. */
export interface Postmaster {
  readonly processId: number;
  /** Empty while the server has not come as far as opening its socket. */
  readonly socketDirectory: string;
}

/** What `sockaddr_un` holds, without the closing zero. */
const longestSocketPath = process.platform === 'darwin' ? 103 : 107;
const socketName = '.s.PGSQL.5432';

/**
 * Reads `postmaster.pid` (lines: process id, data directory, start, port, socket directory, …) and
 * answers only when that process lives and is the server of this directory: after a crash the
 * number may belong to anybody.
 */
export function readPostmaster(directory: string): Postmaster | undefined {
  const [first, , , , socketDirectory = ''] = readLines(path.join(directory, 'postmaster.pid'));
  const processId = Number(first);
  if (!Number.isInteger(processId) || processId <= 0) return undefined;
  return runsServerOf(directory, processId) ? { processId, socketDirectory } : undefined;
}

/**
 * Removes the lock files of a server that has ended when its number now belongs to some other
 * process: PostgreSQL would take that for the server. Where nobody has the number it copes by itself.
 */
export function clearForeignLock(directory: string): void {
  const lock = path.join(directory, 'postmaster.pid');
  const [first, , , , socketDirectory] = readLines(lock);
  const processId = Number(first);
  if (!processId || !isAlive(processId) || runsServerOf(directory, processId)) return;
  rmSync(lock, { force: true });
  if (!socketDirectory) return;
  for (const name of [socketName, `${socketName}.lock`]) {
    rmSync(path.join(socketDirectory, name), { force: true });
  }
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * The folder for the server's socket: below the data directory, or, where that makes the path too
 * long for the system, one of our own below the folder for temporary files.
 */
export function socketDirectoryFor(dataDirectory: string): string {
  const inside = path.join(dataDirectory, 'run');
  const fits = Buffer.byteLength(path.join(inside, `${socketName}.lock`)) <= longestSocketPath;
  if (fits) {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    return inside;
  }
  const mark = createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16);
  const outside = path.join(tmpdir(), `gatehouse-${mark}`);
  mkdirSync(outside, { recursive: true, mode: 0o700 });
  const found = lstatSync(outside);
  if (
    !found.isDirectory() ||
    (process.getuid && process.getuid() !== 0 && found.uid !== process.getuid())
  ) {
    throw new DatabaseProblem(
      `${outside} belongs to somebody else. The path of the data directory is so long that the database's ` +
        'socket has to lie there; remove that folder, or set GATEHOUSE_DATA to a shorter path.',
    );
  }
  chmodSync(outside, 0o700);
  return outside;
}

/**
 * Whether this process is a `postgres` whose data directory is ours. False for one that has ended and
 * that nobody has waited for, as happens in containers.
 */
export function runsServerOf(directory: string, processId: number): boolean {
  try {
    if (process.platform !== 'linux') {
      const line = execFileSync('ps', ['-ww', '-o', 'args=', '-p', `${processId}`], {
        encoding: 'utf8',
      });
      return line.includes(directory);
    }
    // The server works inside its data directory, and does so before it writes its lock file.
    return readlinkSync(`/proc/${processId}/cwd`) === realpathSync(directory);
  } catch {
    return false;
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
