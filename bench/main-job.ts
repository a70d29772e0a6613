import { setTimeout as wait } from 'node:timers/promises';
import { type Installation, startInstallation } from './installation.ts';
import { atLeast, atMost, median, type Row, told } from './row.ts';

/** One step for each account. */
export const oneStep = `
playbook: bench
title: Bench
for: departure
steps:
  - id: suspend
    layer: security
    why: The measured step.
    do: account.suspend
    on: every account
    at: confirmed
`;

/** Waits until so many actions have settled. */
export async function settled(it: Installation, count: number, lookEveryMs = 5): Promise<void> {
  for (;;) {
    const { rows } = await it.pool.query(
      `select count(*)::int as settled from steps where status = 'settled' and kind = 'action'`,
    );
    if (rows[0].settled >= count) return;
    await wait(lookEveryMs);
  }
}

/** From the webhook's arrival to the first call, the first change, and everything verified; idle, one case at a time. */
export async function latency(): Promise<readonly Row[]> {
  const it = await startInstallation();
  try {
    await it.addSystems(3, 1, ['account.suspend']);
    await it.follow(oneStep);
    const firstCall: number[] = [];
    const firstChange: number[] = [];
    const verified: number[] = [];
    for (let i = 1; i <= 15; i++) {
      await wait(700); // longer than a poll, so that each one meets an idle program
      it.tally.firstCallAt = null;
      it.tally.firstChangeAt = null;
      const start = performance.now();
      await it.depart(`latency-${i}`);
      await settled(it, i * 3);
      verified.push(performance.now() - start);
      firstCall.push(it.tally.firstCallAt! - start);
      firstChange.push(it.tally.firstChangeAt! - start);
    }
    return [
      atMost('webhook to first outgoing call, median of 15', median(firstCall), 'ms', 100),
      atMost('webhook to first change, median of 15', median(firstChange), 'ms', 400),
      atMost('webhook to all three verified, median of 15', median(verified), 'ms', 5_000),
    ];
  } finally {
    await it.stop();
  }
}

/** One case over 20 systems whose calls take 200 ms, against the longest chain of calls it has to wait for. */
export async function criticalPath(): Promise<readonly Row[]> {
  const it = await startInstallation();
  try {
    const delayMs = 200;
    await it.addSystems(20, delayMs, ['account.suspend']);
    await it.follow(oneStep);
    const times: number[] = [];
    for (let i = 1; i <= 5; i++) {
      const start = performance.now();
      await it.depart(`path-${i}`);
      await settled(it, i * 20);
      times.push(performance.now() - start);
    }
    // Looked up, read, changed, read back: four calls that can only follow one another.
    const criticalMs = 4 * delayMs;
    return [
      told('20 systems of 200 ms, all verified, median of 5', median(times), 'ms'),
      atMost('the same ÷ critical path of 800 ms', median(times) / criticalMs, '×', 1.3),
    ];
  } finally {
    await it.stop();
  }
}

async function departures(people: number): Promise<{ seconds: number; facts: number }> {
  const it = await startInstallation();
  try {
    await it.addSystems(12, 10, ['account.suspend']);
    await it.follow(oneStep);
    const start = performance.now();
    for (let i = 0; i < people; i += 20) {
      const batch = Array.from({ length: Math.min(20, people - i) }, (_, n) => `p-${i + n}`);
      await Promise.all(batch.map((person) => it.depart(person)));
    }
    await settled(it, people * 12, 500);
    const seconds = (performance.now() - start) / 1_000;
    const { rows } = await it.pool.query(
      `select coalesce(sum(seq), 0)::int as facts from ledger.chain`,
    );
    return { seconds, facts: rows[0].facts };
  } finally {
    await it.stop();
  }
}

/** Many departures at once: steps per second with the full record, and whether it stays linear. */
export async function throughput(): Promise<readonly Row[]> {
  const small = await departures(100);
  const large = await departures(1_000);
  return [
    told('1,000 departures × 12 steps at 10 ms', large.seconds, 's'),
    atLeast('steps per second with the full record', 12_000 / large.seconds, '1/s', 250),
    atMost('growth from 100 to 1,000 departures', large.seconds / small.seconds, '×', 11),
    told('facts in the record of the 1,000', large.facts, ''),
  ];
}
