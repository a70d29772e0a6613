import { EventEmitter } from 'node:events';
import {
  Logger,
  runTaskList,
  type Task,
  type TaskList,
  type WorkerEvents,
  type WorkerPool,
} from 'graphile-worker';
import type pg from 'pg';
import { every } from '#core/every.ts';
import { listConnections } from '#store/connections.ts';
import { holdLife } from '#store/liveness.ts';
import { openQueuePool } from '#store/pools.ts';
import { readSwitch } from '#store/switches.ts';
import { lookAtConnections } from './canary.ts';
import { mailCheckpoints } from './checkpoint-letters.ts';
import { inTime } from './deadline.ts';
import type { Engine } from './engine.ts';
import { climbLadder } from './ladder.ts';
import { awaitReturnedJobs } from './local-queue.ts';
import { pass } from './pass.ts';
import { planCase } from './planning.ts';
import { startRechecks } from './rechecks.ts';
import { startSweeps } from './residual-access.ts';
import { endThoseThatStandStill, type Progress, watchProgress } from './standstill.ts';
import { stepTask } from './step-task.ts';
import { sweepOnce } from './sweep.ts';

/** Further tasks of the same worker process, by name: what intake and discovery bring along. */
export type Tasks = Readonly<Record<string, (payload: unknown) => Promise<void>>>;

export interface RunningEngine {
  /** Lets passes end, takes no new ones. */
  stop(): Promise<void>;
}

interface Running {
  readonly runner: WorkerPool;
  readonly concurrency: number;
  readonly tasks: readonly string[];
  readonly progress: Progress;
}

/** How often a runner looks by itself; new jobs wake it at once. Also the resolution of timers. */
const pollMs = 500;
const restartMs = 1_000;

/** A pass that takes so many times as long as a claim lasts is waited for no longer. */
const leasesUntilHung = 10;

/** To list every account of a large system takes long, and to begin it once more would not make it faster. */
const leasesOfLongWork = 120;

/** How many jobs of one kind without a connection are done at once; new departures wait for each other. */
const ownConcurrency = 4;

/**
 * Starts the engine in this process: one graphile-worker runner per connection, one for each
 * kind of job without a connection, and the sweep that finds what no job woke.
 *
 * The queue only nudges: which step is due, who works on it and what happened is in our
 * rows, so a lost job costs one sweep and a doubled one does nothing.
 */
export async function startEngine(
  engine: Engine,
  pool: pg.Pool,
  tasks: Tasks,
): Promise<RunningEngine> {
  const queue = openQueuePool(pool, (message) => engine.log.warn({}, message));
  const life = await holdLife(queue);
  const runners = new Map<string, Running>();
  const quiet = new Logger(() => (level, message) => {
    if (level === 'error') engine.log.error({}, message);
  });

  const passOver = (stepId: string) =>
    engine.measures.inSpan('pass', { 'gatehouse.step': stepId }, () => pass(engine, stepId));
  const ofStep = stepTask(passOver, {
    hungAfterMs: engine.timing.leaseMs * leasesUntilHung,
    log: engine.log,
  });
  // Each has a runner of its own: a mail server that hangs must not keep departures from being planned.
  const ownTasks: Readonly<Record<string, Task>> = {
    'step:gatehouse': ofStep,
    plan: async (payload) => planCase(engine, (payload as { caseId: string }).caseId),
    alert: async (payload) => climbLadder(engine, (payload as { alertId: string }).alertId),
    ...Object.fromEntries(
      Object.entries(tasks).map(([name, task]) => [name, (payload: unknown) => task(payload)]),
    ),
  };

  function start(name: string, taskList: TaskList, concurrency: number): void {
    const events: WorkerEvents = new EventEmitter();
    awaitReturnedJobs(events);
    const isOfSteps = Object.keys(taskList).every((it) => it.startsWith('step:'));
    const { leaseMs, standstillMs } = engine.timing;
    const inHandMs = leaseMs * (isOfSteps ? leasesUntilHung + 2 : leasesOfLongWork);
    const progress = watchProgress(events, { standstillMs, inHandMs });
    const runner = runTaskList(
      {
        concurrency,
        noHandleSignals: true,
        pollInterval: pollMs,
        logger: quiet,
        events,
        preset: {
          worker: {
            // Without a delay before it fetches again: a nudge in the meantime would be lost.
            localQueue: { size: concurrency },
            // At once: a batch locks many jobs in an order of its own, and passes that wake several
            // steps would meet it in a deadlock. Never -1: what fails then ends the whole process.
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
      },
      taskList,
      queue,
    );
    void life.add(runner.id);
    runners.set(name, { runner, concurrency, tasks: Object.keys(taskList), progress });
    // What it still holds then is for others.
    const forget = () => void life.remove(runner.id);
    runner.promise.then(forget, forget);
    // Not only when it has ended: in graphile-worker 0.18 one that shuts down because it could not
    // note several jobs as done, as when the database goes away, waits for itself for ever.
    events.once('pool:gracefulShutdown', () => {
      if (runners.get(name)?.runner !== runner) return; // we stopped it
      forget();
      runners.delete(name);
      engine.log.error({ connectionId: name }, 'a runner ended and is started again');
      setTimeout(() => void follow(), restartMs);
    });
  }

  let stopping = false;

  /** Runners follow the connections: none without one, none left over. */
  let following: Promise<void> = Promise.resolve();
  const follow = () => {
    following = following
      .then(async () => {
        const wanted = new Map<string, { taskList: TaskList; concurrency: number }>();
        for (const [name, task] of Object.entries(ownTasks)) {
          wanted.set(`:${name}`, { taskList: { [name]: task }, concurrency: ownConcurrency });
        }
        for (const { id, state, concurrency } of await listConnections(engine.pool)) {
          if (state === 'disabled') continue;
          wanted.set(id, { taskList: { [`step:${id}`]: ofStep }, concurrency });
        }
        for (const [name, { runner, concurrency }] of runners) {
          if (wanted.get(name)?.concurrency === concurrency) continue;
          runners.delete(name);
          // No longer than a call may take: one that does not end must not keep the others from starting.
          await inTime(Promise.resolve(runner.gracefulShutdown()), engine.timing.callMs);
        }
        for (const [name, { taskList, concurrency }] of wanted) {
          if (stopping) return;
          if (!runners.has(name)) start(name, taskList, concurrency);
        }
      })
      .catch((error: Error) => {
        engine.log.error({ error: error.message }, 'runners not renewed');
        if (!stopping) setTimeout(() => void follow(), restartMs);
      });
    return following;
  };

  await follow();
  await life.listen('gatehouse_connections', () => void follow());
  await life.listen('gatehouse_jobs', (task) => {
    for (const { runner, concurrency, tasks } of runners.values())
      if (task === null || tasks.includes(task)) runner.nudge(concurrency);
  });
  // Null: a word may have been missed, so the switch is looked at.
  await life.listen('gatehouse_outbound', (said) => {
    if (said !== null) return engine.calls.stop();
    readSwitch(engine.pool).then(
      ({ stoppedAt }) => stoppedAt !== null && engine.calls.stop(),
      (error: Error) => engine.log.error({ error: error.message }, 'the kill switch was not read'),
    );
  });
  const standing = endThoseThatStandStill(engine, () => runners);
  const sweeper = every(engine.timing.sweepMs, () => sweepOnce(engine));
  const canary = every(engine.timing.selfWatchMs, () =>
    lookAtConnections(engine).catch((error: Error) =>
      engine.log.error({ error: error.message }, 'connections could not be looked at'),
    ),
  );
  // Beside the sweep: a mail server that hangs must not hold it up.
  const letters = every(engine.timing.sweepMs, () =>
    mailCheckpoints(engine).catch((error: Error) =>
      engine.log.error({ error: error.message }, 'checkpoints could not be mailed'),
    ),
  );

  const rechecks = startRechecks(engine);
  const sweeps = startSweeps(engine);

  return {
    async stop() {
      stopping = true;
      await Promise.all(
        [sweeper, letters, canary, standing, rechecks, sweeps].map((it) => it.stop()),
      );
      await following;
      const last = [...runners.values()];
      runners.clear();
      await Promise.allSettled(last.map(({ runner }) => runner.gracefulShutdown()));
      await life.end();
      await queue.end();
    },
  };
}
