import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Processes that have loaded all they need and wait to be started, one after the other, and killed. */
export interface LoadedProcesses {
  /** Begins to work; another is loaded in its place. */
  start(): Promise<ChildProcess>;
  /** No process outlives the test. */
  killAll(): void;
}

/** Beside what a test does a process takes far longer to load, and together they take much memory. */
const mostWaiting = 11;

/**
 * Loads a program of this folder, which tells its parent when it is ready, and begins when it is told. `count` is
 * how many are started in all; `onMessage` hears what they tell after that.
 */
export async function loadProcesses(
  file: string,
  args: readonly string[],
  count: number,
  onMessage: (it: unknown) => void = () => {},
): Promise<LoadedProcesses> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const all: ChildProcess[] = [];
  const load = async (): Promise<ChildProcess> => {
    const child = fork(path.join(import.meta.dirname, file), args, { env });
    all.push(child);
    await once(child, 'message');
    child.on('message', onMessage);
    return child;
  };
  const waiting = Array.from({ length: Math.min(count, mostWaiting) }, load);
  await Promise.all(waiting);
  return {
    async start() {
      const next = await waiting.shift()!;
      if (all.length < count) waiting.push(load());
      next.send('start');
      return next;
    },
    killAll() {
      for (const child of all) child.kill('SIGKILL');
    },
  };
}
