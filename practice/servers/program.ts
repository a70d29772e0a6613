import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { until } from '#core/testing/until.ts';

// What every real server on this machine needs: running other programs, a free port, and waiting
// until it answers.

export interface Ending {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. A code other than 0 is an answer, not an exception. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LC_ALL: 'C', ...options.env };
    const child = execFile(
      program,
      [...args],
      { env, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => {
        if (error && typeof error.code !== 'number') return reject(error); // never started
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      },
    );
    child.stdin?.on('error', () => {}); // it may end without reading what we have to say
    child.stdin?.end(options.input ?? '');
  });
}

/** Runs a program that has to succeed; throws with its own words when it does not. */
export async function mustRun(...args: Parameters<typeof run>): Promise<string> {
  const { code, out, err } = await run(...args);
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${err.trim() || out.trim()}`);
  return out;
}

/** Throws, saying how to mend it, when one of the files that a server needs is missing. */
export function mustBeInstalled(
  what: string,
  files: readonly string[],
  packages: readonly string[],
): void {
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length === 0) return;
  throw new Error(
    `${what} is not installed here (${missing.join(', ')} missing). ` +
      `On Debian, as root: apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  );
}

/** A port of 127.0.0.1 that nobody uses at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Waits until `holds`. Throws when `child` ends first. */
export async function whileAlive(
  child: ChildProcess,
  what: string,
  holds: () => Promise<boolean>,
): Promise<void> {
  await until(what, async () => {
    if (await holds()) return true;
    if (child.exitCode === null && child.signalCode === null) return false;
    throw new Error(`${what}: the program ended with ${child.exitCode ?? child.signalCode}`);
  });
}

/** Asks a program to end, and waits until it has. */
export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(impatience);
}
