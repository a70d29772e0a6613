import type { WorldDatabase } from './database.ts';
import type { Actor, World } from './world-clock.ts';

/** A worker process as the queue sees it. */
export interface Hand {
  readonly actor: Actor;
  /** By the name of a task, without what follows a colon. */
  readonly tasks: Readonly<Record<string, (payload: unknown) => Promise<void>>>;
}

interface Job {
  readonly id: string;
  readonly task: string;
  readonly payload: unknown;
}

/** What a runner takes at once of one task, as usual. */
const concurrency = 4;

/**
 * Hands out jobs as graphile-worker does, from its own table: taken by one, deleted when done, left alone for good when
 * they fail. Those of a worker that dies or stands still stay taken; that they are done all the same is up to the program.
 */
export function openQueue(world: World, database: WorldDatabase, hands: () => readonly Hand[]) {
  let looking = false;
  const inHand = new Map<string, number>();

  async function look(): Promise<void> {
    looking = false;
    const rows = await database.rows<{ jobs: Job[]; next: number | null }>(`
      select (select coalesce(jsonb_agg(j order by j.priority, j.run_at, j.id), '[]')
                from (select job.id::text as id, task.identifier as task, job.payload, job.priority, job.run_at
                        from graphile_worker._private_jobs job
                        join graphile_worker._private_tasks task on task.id = job.task_id
                       where job.is_available and job.run_at <= sim.now()
                       order by job.priority, job.run_at, job.id limit 30) j) as jobs,
             (select extract(epoch from min(run_at)) * 1000 from graphile_worker._private_jobs
               where is_available and run_at > sim.now())::float8 as next`);
    const { jobs, next } = rows[0]!;
    for (const job of jobs) await hand(job);
    if (next !== null) world.after(next - world.now, lookSoon);
  }

  async function hand(job: Job): Promise<void> {
    const free = hands().filter(({ actor }) => {
      const key = `${actor.name} ${job.task}`;
      return !actor.dead && actor.frozenUntil <= world.now && (inHand.get(key) ?? 0) < concurrency;
    });
    if (free.length === 0) return;
    const { actor, tasks } = world.chance.pick(free);
    const key = `${actor.name} ${job.task}`;
    await database.rows(
      `update graphile_worker._private_jobs set locked_at = sim.now(), locked_by = $2, attempts = attempts + 1
        where id = $1`,
      job.id,
      actor.name,
    );
    world.say(`${actor.name} takes ${job.task} ${JSON.stringify(job.payload)}`);
    inHand.set(key, (inHand.get(key) ?? 0) + 1);
    const run = tasks[job.task.split(':')[0]!];
    const end = (error?: unknown) =>
      world.afterFor(actor, 1, () => database.whenFree(() => note(error)));
    const note = async (error: unknown) => {
      inHand.set(key, (inHand.get(key) ?? 0) - 1);
      if (error !== undefined) world.say(`${actor.name} fails ${job.task}: ${error}`);
      await database.rows(
        error === undefined
          ? 'delete from graphile_worker._private_jobs where id = $1'
          : `update graphile_worker._private_jobs set locked_at = null, locked_by = null, last_error = 'failed'
              where id = $1`,
        job.id,
      );
      lookSoon();
    };
    world.as(actor, () => {
      Promise.resolve()
        .then(() => run?.(job.payload))
        .then(
          () => end(),
          (error: unknown) => end(error ?? 'nothing'),
        );
    });
  }

  function lookSoon(): void {
    if (looking) return;
    looking = true;
    world.after(1 + world.chance.next() * 20, () => database.whenFree(look));
  }

  return {
    /** Called after everything that happened: looks when somebody may have added a job. */
    notice(): void {
      if (database.takeChanged()) lookSoon();
    },
    clear(): void {
      inHand.clear();
      looking = false;
    },
  };
}
