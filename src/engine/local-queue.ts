import type { WorkerEventMap, WorkerEvents } from 'graphile-worker';

type LocalQueue = WorkerEventMap['localQueue:init']['localQueue'];

/**
 * Has every local queue of a runner wait for the jobs that it gives back when it ends.
 *
 * In graphile-worker 0.18 one that ends with jobs in hand and nothing else under way gives them back
 * untracked: the runner cuts its running jobs off, and a database that is away in that moment ends
 * the whole process by a rejection that nobody hears. A task that is under way until the queue ends
 * keeps it from thinking that it is done before it has begun.
 */
export function awaitReturnedJobs(events: WorkerEvents): void {
  const underWay = new WeakMap<LocalQueue, () => void>();
  events
    .on('localQueue:init', ({ localQueue }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      underWay.set(localQueue, resolve);
      localQueue['background'](promise);
    })
    .on('localQueue:setMode', ({ localQueue, newMode }) => {
      if (newMode === 'RELEASED') underWay.get(localQueue)?.();
    });
}
