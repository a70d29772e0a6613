import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../practice/servers/program.ts';
import { bareEnvironment, descendants, megabytes } from './processes.ts';
import { atMost, type Row, told } from './row.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Memory of `gatehouse serve` with its embedded database, a while after its first start, with nothing to do. */
export async function memory(): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-memory-'));
  const port = await freePort();
  const started = performance.now();
  const program = spawn(process.execPath, [path.join(root, 'start.mjs'), 'serve'], {
    cwd: root,
    env: {
      ...bareEnvironment(),
      GATEHOUSE_DATA: folder,
      GATEHOUSE_LISTEN: `127.0.0.1:${port}`,
      GATEHOUSE_METRICS_LISTEN: `127.0.0.1:${await freePort()}`,
    },
    stdio: 'ignore',
  });
  try {
    await answers(`http://127.0.0.1:${port}/openapi.json`);
    const readyMs = performance.now() - started;
    await wait(20_000);
    const family = [program.pid!, ...descendants(program.pid!)];
    // The start script has become the program.
    const server = megabytes([program.pid!]);
    const all = megabytes(family);
    return [
      told('first start of serve until it answers', readyMs, 'ms'),
      told('serve alone, idle (PSS)', server, 'MB'),
      atMost('serve with its embedded database, idle (PSS)', all, 'MB', 300),
    ];
  } finally {
    program.kill('SIGTERM');
    await new Promise((resolve) => program.once('exit', resolve));
    await rm(folder, { recursive: true, force: true });
  }
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await wait(50);
  }
}
