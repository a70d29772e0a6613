import type { WorkerEvents, WorkerPool } from 'graphile-worker';
import { every } from '#core/every.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import type { Engine } from './engine.ts';

/**
 * Watches whether one of graphile-worker's runners moves: whether it looks into the queue, or, while it has
 * jobs in hand, whether it begins one. Rows are the truth and the sweep wakes what is due, but a job that
 * lies in the queue is taken for one that will be fetched.
 *
 * In 0.18 a runner can live and fetch no more. It looks up the number of its task before its first fetch, and
 * keeps that answer, and also that there was none: when the database goes away in this moment, every later
 * fetch fails by the same old error. And a database that is starting up has it wait for up to two minutes.
 */
export function watchProgress(
  events: WorkerEvents,
  { standstillMs, inHandMs }: Patience,
  now: () => number = () => performance.now(),
): Progress {
  let movedAt = now();
  let isLooking = true;
  let hasLooked = false;
  events
    .on('localQueue:getJobs:complete', () => {
      movedAt = now();
      hasLooked = true;
    })
    .on('job:start', () => {
      movedAt = now();
    })
    .on('localQueue:setMode', ({ newMode }) => {
      movedAt = now();
      isLooking = newMode === 'POLLING';
    });
  return {
    hasLooked: () => hasLooked,
    standsStill: () => now() - movedAt > (isLooking ? standstillMs : inHandMs),
  };
}

interface Patience {
  /** From one look into the queue to the next. */
  readonly standstillMs: number;
  /** With jobs in hand, from one that is begun to the next: longer than any of them may take. */
  readonly inHandMs: number;
}

export interface Progress {
  /** Whether it has looked into the queue at all. */
  hasLooked(): boolean;
  /** Whether it should have moved long ago. */
  standsStill(): boolean;
}

interface Watched {
  readonly runner: Pick<WorkerPool, 'gracefulShutdown'>;
  readonly progress: Progress;
}

/** So many of one name in a row that never looked into the queue: somebody is told. */
const endedUntilTold = 3;

export const queueCondition = 'queue';

/**
 * Ends every runner that stands still although the database answers; whoever started it starts another.
 * A database that is away is nobody's standstill: once it is back, each has its time to notice.
 */
export function endThoseThatStandStill(
  { pool, log, timing }: Pick<Engine, 'pool' | 'log' | 'timing'>,
  runners: () => ReadonlyMap<string, Watched>,
): { stop(): Promise<void> } {
  const { standstillMs } = timing;
  /** Since when the database has answered every look, while somebody stood still. */
  let answersSince: number | null = null;
  const endedInRow = new Map<string, number>();
  let mayBeTold = true; // also by a process before us

  async function look(): Promise<void> {
    const all = [...runners()];
    for (const [name, { progress }] of all) if (progress.hasLooked()) endedInRow.delete(name);
    if (mayBeTold && endedInRow.size === 0 && all.some(([, it]) => it.progress.hasLooked())) {
      await resolveAlerts(pool, queueCondition);
      mayBeTold = false;
    }
    const still = all.filter(([, { progress }]) => progress.standsStill());
    if (still.length === 0) {
      answersSince = null;
      return;
    }
    await databaseNow(pool);
    answersSince ??= performance.now();
    if (performance.now() - answersSince < standstillMs) return;
    for (const [name, { runner }] of still) {
      log.error({ connectionId: name }, 'a runner stands still and is replaced');
      void Promise.resolve(runner.gracefulShutdown()).catch(() => {}); // what it says of its end is logged
      const count = (endedInRow.get(name) ?? 0) + 1;
      endedInRow.set(name, count);
      if (count < endedUntilTold) continue;
      mayBeTold = true;
      await tell(name);
    }
  }

  const tell = (name: string) =>
    raiseAlert(pool, {
      condition: `${queueCondition}:${name}`,
      kind: 'queue.stalled',
      title: 'Work is not taken up',
      body:
        `A worker cannot look into the queue of ${name.replace(/^:/, '')}, although the database answers, and ` +
        'starting that part anew has not helped. What is due there waits. Restart the worker (gatehouse serve, or ' +
        'gatehouse work), and look into its log.',
      caseId: null,
      stepId: null,
      connectionId: null,
      confidential: false,
    });

  return every(Math.min(1_000, standstillMs), () =>
    look().catch(() => {
      answersSince = null; // that the database is away is said by all others
    }),
  );
}
