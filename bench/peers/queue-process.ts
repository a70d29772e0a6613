import type { Task } from 'graphile-worker';
import { Logger, run } from 'graphile-worker';

// The process of the bare queue: each job is one call, and nothing else is kept of it than that it was done.

const concurrency = 100;

const block: Task = async (payload) => {
  const answer = await fetch((payload as { url: string }).url, { method: 'POST' });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
};

await run({
  concurrency,
  pollInterval: 500,
  maxPoolSize: 16,
  logger: new Logger(() => () => {}),
  preset: { worker: { localQueue: { size: concurrency }, completeJobBatchDelay: 20 } },
  taskList: { block },
});
process.send?.('ready');
