import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { Logger, runTaskList, type WorkerEvents } from 'graphile-worker';
import { until } from '#core/testing/until.ts';
import { startDatabase } from '#store/testing/database.ts';
import { awaitReturnedJobs } from './local-queue.ts';

describe('a runner that ends with jobs in hand', () => {
  it('lets the one under way end and gives the others back', async () => {
    const { runner, first, waiting } = await runnerInTheMiddle();
    const ended = runner.gracefulShutdown();
    await until('the others to be given back', async () => (await waiting()).length === 2);
    first.resolve();
    await ended;
    assert.deepEqual(await waiting(), [{ attempts: 0 }, { attempts: 0 }]);
  });

  it('fails alone, and not the whole process, when the database is away', async () => {
    const { runner, first, breakDatabase } = await runnerInTheMiddle();
    breakDatabase();
    const ended = assert.rejects(Promise.resolve(runner.gracefulShutdown()), /deactivating queue/);
    first.resolve();
    await ended;
  });
});

/** One job is being done, two more are fetched and wait for it. */
async function runnerInTheMiddle() {
  const { pools } = await startDatabase();
  const db = pools.admin;
  await db.query(`
    select graphile_worker.add_job('task', run_at := now() - interval '1 second') from generate_series(1, 3)
  `);
  const first = Promise.withResolvers<void>();
  let begun = false;
  let away = false;
  const events: WorkerEvents = new EventEmitter();
  awaitReturnedJobs(events);
  const runner = runTaskList(
    {
      concurrency: 1,
      noHandleSignals: true,
      events,
      logger: new Logger(() => () => {}),
      preset: { worker: { localQueue: { size: 3 }, completeJobBatchDelay: 0 } },
    },
    {
      task: async () => {
        begun = true;
        await first.promise;
      },
    },
    new Proxy(pools.worker, {
      get(pool, name) {
        if (away && name === 'connect') return () => Promise.reject(new Error('read ECONNRESET'));
        const value: unknown = Reflect.get(pool, name);
        return typeof value === 'function' ? value.bind(pool) : value;
      },
    }),
  );
  const jobs = async (where: string) =>
    (await db.query(`select attempts from graphile_worker._private_jobs where ${where}`)).rows;
  await until('the first to begin', () => begun);
  assert.equal((await jobs('locked_by is not null')).length, 3);
  return {
    runner,
    first,
    waiting: () => jobs('locked_by is null'),
    breakDatabase() {
      away = true;
    },
  };
}
