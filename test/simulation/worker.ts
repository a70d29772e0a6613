import type { AnyConnector } from '#connector-kit/contract.ts';
import { every } from '#core/every.ts';
import { callsUnderWay } from '#engine/calls-under-way.ts';
import { openClients } from '#engine/clients.ts';
import { openClock } from '#engine/clock.ts';
import { type Engine, type Timing, usualTiming } from '#engine/engine.ts';
import { openGroups } from '#engine/groups.ts';
import { climbLadder } from '#engine/ladder.ts';
import { unmeasured } from '#engine/measures.ts';
import { fulfil } from '#engine/orders.ts';
import { pass } from '#engine/pass.ts';
import { planCase } from '#engine/planning.ts';
import { startRechecks } from '#engine/rechecks.ts';
import { stepTask } from '#engine/step-task.ts';
import { sweepOnce } from '#engine/sweep.ts';
import { deliver } from '#intake/deliver.ts';
import type { SubjectKeys } from '#ledger/record.ts';
import { dueDeliveries, wakeDelivery } from '#store/deliveries.ts';
import { readingTogether } from '#store/sql.ts';
import { page } from './company.ts';
import type { WorldDatabase } from './database.ts';
import type { Hand } from './queue.ts';
import type { Systems } from './systems.ts';
import type { Actor, World } from './world-clock.ts';

export interface Worker extends Hand {
  readonly engine: Engine;
}

const usually: Timing = {
  ...usualTiming,
  sweepMs: 60_000,
  longestRetryMs: 5 * 60_000,
  watchMs: 5 * 60_000,
};

interface Surroundings {
  readonly world: World;
  readonly database: WorldDatabase;
  readonly keys: SubjectKeys;
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  readonly errors: string[];
  readonly systems: () => Systems;
  /** Whether what was ended is looked at again after the end. */
  readonly looksAgain: boolean;
}

/** One worker process: what `startWorker` and `startEngine` make, but for the queue's own runners. */
export function workerOf(actor: Actor, it: Surroundings): Worker {
  const { world, database, keys, connectors, looksAgain } = it;
  const timing = looksAgain ? usually : { ...usually, rechecksMs: [] };
  const pool = database.poolOf(actor, 'worker');
  const worker = actor.name;
  const note = (level: string) => (fields: object, message: string) => {
    const line = `${worker} ${level}: ${message} ${JSON.stringify(fields)}`;
    world.say(line);
    if (level === 'error') it.errors.push(line);
  };
  const log = { info() {}, warn: note('warns'), error: note('errors') };
  const clients = openClients({
    db: pool,
    connectors,
    secretsOf: async () => new Map(),
    forget() {},
    ioFor: () => ({
      fetch: it.systems().fetchFor(actor),
      now: () => new Date(),
      address: () => Promise.reject(new Error('there is only HTTP here')),
      ca: null,
    }),
  });
  const engine: Engine = {
    pool,
    reads: readingTogether(pool),
    rulePacks: () => [],
    groups: openGroups({ pool, worker, leaseMs: timing.leaseMs }),
    calls: callsUnderWay(),
    keys,
    connectors,
    clients,
    worker,
    timing,
    clock: openClock(),
    measures: unmeasured,
    log,
    publicUrl: page.origin,
    failpoint: (point) => actor.crossing?.(point, 'before'),
    takeInSecrets: async () => {},
  };
  const intake = {
    pool,
    keys,
    log,
    firstRetryMs: timing.firstRetryMs,
    open: (connectionId: string) => clients.open(connectionId),
  };
  const named = (name: string) => (payload: unknown) =>
    (payload as Record<string, string>)[name] as string;
  const step = stepTask((stepId) => pass(engine, stepId), {
    hungAfterMs: timing.leaseMs * 10,
    log,
  });

  // Workers do not begin in the same moment.
  setTimeout(() => {
    every(timing.sweepMs, async () => {
      await sweepOnce(engine);
      try {
        for (const id of await dueDeliveries(pool, timing.leaseMs)) await wakeDelivery(pool, id);
      } catch (error) {
        log.error({ error: String(error) }, 'intake failed');
      }
    });
    if (looksAgain) startRechecks(engine);
  }, world.chance.next() * timing.sweepMs);

  return {
    actor,
    engine,
    tasks: {
      step,
      plan: (payload) => planCase(engine, named('caseId')(payload)),
      alert: (payload) => climbLadder(engine, named('alertId')(payload)),
      delivery: (payload) => deliver(intake, named('deliveryId')(payload)),
      order: (payload) => fulfil(engine, named('orderId')(payload)),
    },
  };
}
