import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseProblem } from './problem.ts';

/** A server process that lives and belongs to our data directory. */
export interface Postmaster {
  readonly processId: number;
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
  const lines = readLines(path.join(directory, 'postmaster.pid'));
  const processId = Number(lines[0]);
  const socketDirectory = lines[4];
  if (!Number.isInteger(processId) || processId <= 0 || !socketDirectory) return undefined;
  return runsServerOf(directory, processId) ? { processId, socketDirectory } : undefined;
}

/** Removes the marks of a server that no longer runs; PostgreSQL itself trusts any living process number. */
export function clearLeftOvers(directory: string): void {
  const lines = readLines(path.join(directory, 'postmaster.pid'));
  const processId = Number(lines[0]);
  if (lines.length === 0 || (processId > 0 && runsServerOf(directory, processId))) return;
  rmSync(path.join(directory, 'postmaster.pid'), { force: true });
  const socketDirectory = lines[4];
  if (!socketDirectory) return;
  for (const name of [socketName, `${socketName}.lock`])
    rmSync(path.join(socketDirectory, name), { force: true });
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
    // The server works inside its data directory, whatever path it was started with.
    return (
      readlinkSync(`/proc/${processId}/cwd`) === directory || commandNames(directory, processId)
    );
  } catch {
    return false;
  }
}

function commandNames(directory: string, processId: number): boolean {
  const words = readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0');
  return words.includes('-D') && words.includes(directory);
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
