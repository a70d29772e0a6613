import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { type Line, line, through } from './capacity-model.ts';
import { type Installation, startInstallation } from './installation.ts';
import { oneStep, settled } from './main-job.ts';
import { descendants } from './processes.ts';
import { between, type Row, told } from './row.ts';

/** Departures at once; fewer with GATEHOUSE_BENCH_DEPARTURES. */
const many = Number(process.env['GATEHOUSE_BENCH_DEPARTURES'] ?? 300);
/** Departures before that, whose costs are not counted: plans of statements, words that the record meets first. */
const before = 20;
/** The model is drawn through the first two, and held to the third. */
const few = 2;
const lots = 12;
const held = 6;

/** What departures cost, all together. */
const costs = {
  'processor time of Gatehouse': 'ms',
  'processor time of the database': 'ms',
  'statements of the database': '',
  'commits of the database': '',
  'write-ahead log': 'kB',
  'tables and indexes': 'kB',
  facts: '',
} as const;
type Cost = keyof typeof costs;
type Costs = Readonly<Record<Cost, number>>;

/**
 * What a departure and each of its steps cost: measured with 2 and with 12 steps, which a straight line goes through, and
 * with 6, which the line has to foretell.
 */
export async function capacity(): Promise<readonly Row[]> {
  const withFew = await departures(few);
  const withLots = await departures(lots);
  const withHeld = await departures(held);
  const names = Object.keys(costs) as Cost[];
  const lines = new Map<Cost, Line>(
    names.map((it) => [it, through([few, withFew.costs[it]], [lots, withLots.costs[it]])]),
  );
  return [
    ...names.flatMap((name) => {
      const { each, perStep } = lines.get(name)!;
      return [
        told(`a departure: ${name}`, each, costs[name]),
        told(`a step: ${name}`, perStep, costs[name]),
      ];
    }),
    ...names.flatMap((name) => {
      const measured = withHeld.costs[name];
      const foretold = line(lines.get(name)!, held);
      return [
        told(`a departure of ${held} steps, measured: ${name}`, measured, costs[name]),
        told(`a departure of ${held} steps, foretold: ${name}`, foretold, costs[name]),
        between(`foretold ÷ measured: ${name}`, foretold / measured, '×', 0.8, 1.25),
      ];
    }),
    ...(await looks()),
    told(`steps per second, ${lots} steps each`, withLots.stepsPerSecond, '1/s'),
    told(`processors used meanwhile`, withLots.processors, ''),
  ];
}

/** What one departure of so many steps costs, as the mean of many. */
async function departures(
  steps: number,
): Promise<{ costs: Costs; stepsPerSecond: number; processors: number }> {
  const sent = countStatements();
  const it = await startInstallation();
  try {
    await it.addSystems(steps, 10, ['account.suspend']);
    await it.follow(oneStep);
    await leave(it, 'before', before);
    await settled(it, before * steps, 100);
    await atRest(it);

    const from = { ...(await totals(it)), 'statements of the database': sent.count };
    const startedAt = performance.now();
    await leave(it, 'counted', many);
    await settled(it, (before + many) * steps, 500);
    const seconds = (performance.now() - startedAt) / 1_000;
    const statements = sent.count;
    await atRest(it);
    const to = { ...(await totals(it)), 'statements of the database': statements };

    const each = (name: Cost) => (to[name] - from[name]) / many;
    const found = Object.fromEntries(
      (Object.keys(costs) as Cost[]).map((name) => [name, each(name)]),
    ) as Costs;
    const busyMs = found['processor time of Gatehouse'] + found['processor time of the database'];
    return {
      costs: found,
      stepsPerSecond: (many * steps) / seconds,
      processors: (busyMs * many) / 1_000 / seconds,
    };
  } finally {
    await it.stop();
    sent.stop();
  }
}

/** How much later than its grade each step is looked at again here, and each person: once, and not while others leave. */
const lookAfterMs = 20_000;
/** So few that all of them have left by then. */
const looked = 50;
/** Looks are made in rounds of 5 s. */
const quietMs = 11_000;

/** What it costs to look once more at everything that was ended; that is done five times in 30 days. */
async function looks(): Promise<readonly Row[]> {
  const it = await startInstallation({ rechecksMs: [lookAfterMs] });
  try {
    await it.addSystems(held, 10, ['account.suspend']);
    await it.follow(oneStep);
    await leave(it, 'looked', looked);
    await settled(it, looked * held, 100);
    await atRest(it);
    const from = await totals(it);
    let to = from;
    for (let sinceMs = 0; to.facts === from.facts || sinceMs < quietMs; sinceMs += 1_000) {
      await wait(1_000);
      const now = await totals(it);
      if (now.facts !== to.facts) sinceMs = 0;
      to = now;
    }
    return (['facts', 'write-ahead log', 'tables and indexes'] as const).map((name) =>
      told(
        `a departure of ${held} steps, looked at once more: ${name}`,
        (to[name] - from[name]) / looked,
        costs[name],
      ),
    );
  } finally {
    await it.stop();
  }
}

async function leave(it: Installation, name: string, count: number): Promise<void> {
  const senders = 20;
  for (let i = 0; i < count; i += senders) {
    const batch = Array.from(
      { length: Math.min(senders, count - i) },
      (_, n) => `${name}-${i + n}`,
    );
    await Promise.all(batch.map((person) => it.depart(person)));
  }
}

/** All departures are complete, all facts signed, and the database has told what it did. */
async function atRest(it: Installation): Promise<void> {
  const isLeft = async () => {
    const { rows } = await it.owner.query(
      `select exists (select from cases where state <> 'complete')
           or exists (select from ledger.staged) as left`,
    );
    return rows[0].left;
  };
  while (await isLeft()) await wait(200);
  await wait(2_000);
}

async function totals(it: Installation): Promise<Costs> {
  const { rows } = await it.owner.query(
    `select (select xact_commit from pg_stat_database where datname = current_database())::float as commits,
            (pg_current_wal_insert_lsn() - '0/0')::float / 1024 as wal,
            pg_database_size(current_database())::float / 1024 as tables,
            (select coalesce(sum(seq), 0) from ledger.chain)::float as facts`,
  );
  const { user, system } = process.cpuUsage();
  return {
    'processor time of Gatehouse': (user + system) / 1_000,
    'processor time of the database': processorMs(descendants(process.pid)),
    'statements of the database': 0,
    'commits of the database': rows[0].commits,
    'write-ahead log': rows[0].wal,
    'tables and indexes': rows[0].tables,
    facts: rows[0].facts,
  };
}

/** Processor time of processes and of those children of theirs that have ended, in the 10 ms that Linux counts in. */
function processorMs(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime, stime, cutime, cstime
    return fields.slice(11, 15).reduce((sum, it) => sum + Number(it), 0);
  });
  return ticks.reduce((sum, it) => sum + it, 0) * 10;
}

/** Counts what this process asks the database, begin and commit included. */
function countStatements(): { readonly count: number; stop(): void } {
  const { query } = pg.Client.prototype;
  const counted = { count: 0, stop: () => Object.assign(pg.Client.prototype, { query }) };
  Object.assign(pg.Client.prototype, {
    query(this: pg.Client, ...args: unknown[]) {
      counted.count += 1;
      return Reflect.apply(query, this, args);
    },
  });
  return counted;
}
