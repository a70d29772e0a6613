import type { BatchObservableResult, Meter } from '@opentelemetry/api';
import type pg from 'pg';
import { caseStates } from '#core/case.ts';
import { waitingMs } from '#ledger/waiting.ts';
import { countAll } from '#store/figures.ts';
import { listPulses, queueState } from '#store/liveness.ts';
import type { Role } from '#store/roles.ts';

/** What is asked of the database when somebody looks, at most once in so long. */
const freshForMs = 10_000;

/** The moving parts whose signs of life are told. */
const parts = ['engine', 'intake', 'scribe', 'alerts'];

/**
 * Figures that stand in the database are told by one process of those that share it, so that nobody adds them up twice:
 * by those that answer people, and the queue by the workers. Sessions are each process's own.
 */
export function tellFigures(
  meter: Meter,
  pools: Partial<Readonly<Record<Role, pg.Pool>>>,
  onError: (error: unknown) => void,
): void {
  tellSessions(meter, pools);
  if (pools.web) tellInstallation(meter, pools.web, onError);
  if (pools.worker) tellQueue(meter, pools.worker, onError);
}

function tellInstallation(meter: Meter, pool: pg.Pool, onError: (error: unknown) => void): void {
  const gauge = (name: string, description: string) =>
    meter.createObservableGauge(name, { description });
  const cases = gauge('gatehouse_cases', 'Departures and arrivals by state');
  const steps = gauge('gatehouse_open_steps', 'Steps that may be carried out, by status');
  const connections = gauge('gatehouse_connections', 'Connections by state');
  const alerts = gauge('gatehouse_open_alerts', 'Open alerts by kind');
  const age = gauge('gatehouse_pulse_age_seconds', 'Since the last sign of life of a moving part');
  const lag = gauge(
    'gatehouse_record_lag_seconds',
    'For how long the oldest fact waits to be recorded',
  );
  const all = [cases, steps, connections, alerts, age, lag];

  const read = kept(async () => ({
    counts: await countAll(pool),
    pulses: await listPulses(pool),
    waits: await waitingMs(pool),
  }));
  meter.addBatchObservableCallback(
    quietly(onError, async (result) => {
      const { counts, pulses, waits } = await read();
      // A state that nobody is in is 0, and not gone.
      for (const state of caseStates) result.observe(cases, counts.cases[state] ?? 0, { state });
      for (const status of ['ready', 'running', 'held']) {
        result.observe(steps, counts.openSteps[status] ?? 0, { status });
      }
      for (const state of ['active', 'paused', 'down']) {
        result.observe(connections, counts.connections[state] ?? 0, { state });
      }
      for (const [kind, count] of Object.entries(counts.openAlerts)) {
        result.observe(alerts, count, { kind });
      }
      for (const { name, ageMs } of pulses) {
        if (parts.includes(name)) result.observe(age, ageMs / 1_000, { part: name });
      }
      result.observe(lag, waits / 1_000);
    }),
    all,
  );
}

function tellQueue(meter: Meter, pool: pg.Pool, onError: (error: unknown) => void): void {
  const jobs = meter.createObservableGauge('gatehouse_queue_jobs', {
    description: 'Jobs that are due and wait, and those that are under way',
  });
  const oldest = meter.createObservableGauge('gatehouse_queue_oldest_seconds', {
    description: 'For how long the oldest due job waits',
  });
  const read = kept(() => queueState(pool));
  meter.addBatchObservableCallback(
    quietly(onError, async (result) => {
      const { due, taken, oldestMs } = await read();
      result.observe(jobs, due, { state: 'due' });
      result.observe(jobs, taken, { state: 'taken' });
      result.observe(oldest, oldestMs / 1_000);
    }),
    [jobs, oldest],
  );
}

function tellSessions(meter: Meter, pools: Partial<Readonly<Record<Role, pg.Pool>>>): void {
  const sessions = meter.createObservableGauge('gatehouse_database_sessions', {
    description: 'Sessions with the database of this process: in use, idle, and who waits for one',
  });
  sessions.addCallback((result) => {
    for (const [role, { totalCount, idleCount, waitingCount }] of Object.entries(pools)) {
      result.observe(totalCount - idleCount, { role, state: 'used' });
      result.observe(idleCount, { role, state: 'idle' });
      result.observe(waitingCount, { role, state: 'waiting' });
    }
  });
}

/** Whoever looks too often is told once more what was true just now. */
function kept<T>(read: () => Promise<T>): () => Promise<T> {
  let at = Number.NEGATIVE_INFINITY;
  let last: Promise<T> | undefined;
  return () => {
    if (last === undefined || performance.now() - at > freshForMs) {
      at = performance.now();
      last = read();
      last.catch(() => {
        at = Number.NEGATIVE_INFINITY; // asked again the next time
      });
    }
    return last;
  };
}

/** A figure that cannot be had is left out; the others are told. */
const quietly =
  (onError: (error: unknown) => void, observe: (result: BatchObservableResult) => Promise<void>) =>
  (result: BatchObservableResult): Promise<void> =>
    observe(result).catch(onError);
