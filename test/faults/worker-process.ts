import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Failpoint, Timing } from '#engine/engine.ts';
import { shortTiming, type TestGatehouse } from '../support/gatehouse.ts';
import type { Order } from './worker-main.ts';

/** How a worker process ended. */
export interface Ending {
  readonly signal: NodeJS.Signals | null;
  /** The failpoint at which it killed itself. */
  readonly reached: string | null;
}

/** A worker in a process of its own. */
export interface WorkerProcess {
  /** Begins to work; until then it has only loaded its program. */
  start(): Promise<void>;
  /** Lets it die by SIGKILL at a failpoint; `afterMs` later when something is to be under way. */
  dieAt(point: Failpoint, how?: { nth?: number; afterMs?: number }): Promise<void>;
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
  readonly ended: Promise<Ending>;
  /** Whether it is still there. */
  readonly isAlive: () => boolean;
  readonly logs: readonly string[];
}

/** Short enough for tests, long enough for a machine with other things to do. */
export const processTiming: Partial<Timing> = {
  ...shortTiming,
  leaseMs: 1_000,
  sweepMs: 200,
};

/** How a worker is another than usual. */
interface Ways {
  readonly timing?: Partial<Timing>;
  /** What its environment holds beside ours. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What it runs; a worker of another version answers the same orders. */
  readonly program?: string;
  /** A command and its arguments by which it is started, such as one that puts it into another network. */
  readonly runner?: readonly string[];
  /** Where it finds the database. */
  readonly url?: string;
}

/** Starts a process; it waits for `start()`, so that loading it costs no time when it is needed. */
export function worker(
  gatehouse: TestGatehouse,
  {
    timing = processTiming,
    environment = {},
    program = path.join(import.meta.dirname, 'worker-main.ts'),
    runner: [execPath = process.execPath, ...before] = [],
    url = gatehouse.database.url('worker'),
  }: Ways = {},
): WorkerProcess {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child: ChildProcess = fork(
    program,
    ['--database', url, '--keys', gatehouse.keysFolder, '--records', gatehouse.recordsFolder],
    {
      env: { ...env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execPath,
      ...(before.length > 0 ? { execArgv: [...before, process.execPath] } : {}),
    },
  );
  const logs: string[] = [];
  let reached: string | null = null;
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => {
      logs.push(line);
      if (process.env['GATEHOUSE_TEST_LOG']) console.error(`${child.pid}: ${line}`);
      const found = /^\{"reached":"(.*)"\}$/.exec(line);
      if (found) reached = found[1]!;
    });
  }
  const ready = once(child, 'message');
  ready.catch(() => {});
  const ended = once(child, 'close').then(
    ([, signal]): Ending => ({ signal: signal as NodeJS.Signals | null, reached }),
  );

  async function tell(order: Order): Promise<void> {
    await ready;
    const answer = once(child, 'message');
    child.send(order);
    const unexpected = ended.then((ending) => {
      throw new Error(`The worker ended: ${JSON.stringify(ending)}\n${logs.slice(-20).join('\n')}`);
    });
    await Promise.race([answer, unexpected]);
  }

  return {
    start: () => tell({ type: 'start', timing }),
    dieAt: (point, { nth = 1, afterMs = 0 } = {}) => tell({ type: 'arm', point, nth, afterMs }),
    signal: (signal) => void child.kill(signal),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGCONT');
      await tell({ type: 'stop' }).catch(() => {});
      await ended;
    },
    ended,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    logs,
  };
}
