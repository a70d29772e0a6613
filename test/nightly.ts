import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** A fault that is tried more often at night than with every change. */
interface Fault {
  /** Its number in the test matrix. */
  readonly test: string;
  readonly file: string;
  /** How often the whole file is run; each run starts anew. */
  readonly runs: number;
}

/** What came of it. */
interface Outcome {
  readonly test: string;
  readonly name: string;
  readonly runs: number;
  readonly failed: number;
  /** How often a process was ended in the middle of its work. */
  readonly deaths: number;
  readonly minutes: number;
}

/** The nightly amounts. Each run of a file that kills does so at all of its points (`GATEHOUSE_TEST_THOROUGH`). */
export const faults: readonly Fault[] = [
  { test: 'T3', file: 'test/faults/kill-worker.test.ts', runs: 12 },
  { test: 'T4', file: 'test/faults/kill-scribe.test.ts', runs: 17 },
  { test: 'T4', file: 'test/faults/kill-witness.test.ts', runs: 5 },
  { test: 'T5', file: 'test/faults/kill-scribe-and-database.test.ts', runs: 7 },
  { test: 'T5', file: 'test/faults/database-lost.test.ts', runs: 10 },
  { test: 'T5', file: 'test/faults/queue-asleep.test.ts', runs: 5 },
  { test: 'T5', file: 'test/at-night/database-pair.ts', runs: 10 },
  { test: 'T6', file: 'test/faults/disk-full.test.ts', runs: 7 },
  { test: 'T7', file: 'test/restore.test.ts', runs: 10 },
  { test: 'T7', file: 'test/recovery.test.ts', runs: 10 },
  { test: 'T9', file: 'test/faults/misbehaving-systems.test.ts', runs: 10 },
  { test: 'T10', file: 'test/faults/slow-systems.test.ts', runs: 10 },
  { test: 'T11', file: 'test/faults/outage.test.ts', runs: 10 },
  { test: 'T12', file: 'test/at-night/worker-cut-off.ts', runs: 10 },
  // Each run has a worker that is frozen for five minutes.
  { test: 'T12', file: 'test/faults/many-workers.test.ts', runs: 20 },
  { test: 'T13', file: 'test/faults/wrong-clock.test.ts', runs: 5 },
  { test: 'T16', file: 'test/mass-error.test.ts', runs: 10 },
  { test: 'T17', file: 'test/faults/poison.test.ts', runs: 10 },
  { test: 'T18', file: 'test/upgrade.test.ts', runs: 20 },
];

const histories = 200_000;
const root = path.join(import.meta.dirname, '..');
const simulator = 'test/simulation/simulate.ts';

/** The deaths of the tests that passed, as their names tell them: each "killed …", or "… N times". */
export function deathsIn(output: string): number {
  const passed = output.split('\n').filter((line) => /^\s*✔ /.test(line));
  return passed.reduce((sum, line) => {
    if (/✔ killed /.test(line)) return sum + 1;
    const [, times = '0'] = /✔ .*\b(\d+) times[:,]/.exec(line) ?? [];
    return sum + Number(times);
  }, 0);
}

/** One line for each fault, and their sum. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const sum = (what: 'runs' | 'failed' | 'deaths' | 'minutes') =>
    outcomes.reduce((total, it) => total + it[what], 0);
  const all = {
    ...{ test: '', name: 'all', runs: sum('runs'), failed: sum('failed') },
    ...{ deaths: sum('deaths'), minutes: sum('minutes') },
  };
  const rows = [...outcomes, all].map((it) => [
    it.test,
    it.name,
    ...[it.runs, it.failed, it.deaths].map(String),
    it.minutes.toFixed(1),
  ]);
  const lines = [['', 'fault', 'runs', 'failed', 'deaths', 'minutes'], ...rows];
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line.map((it, i) => (i < 2 ? it.padEnd(widths[i]!) : it.padStart(widths[i]!))).join('  '),
    )
    .join('\n');
}

/** Runs what is named, or all of it; `share` is how much of the nightly amount. Answers whether all of it passed. */
async function nightly(names: readonly string[], share: number): Promise<boolean> {
  const outcomes: Outcome[] = [];
  const isWanted = (name: string) => names.length === 0 || names.includes(name);
  for (const { test, file, runs: most } of faults) {
    const name = path.basename(file).replace(/(\.test)?\.ts$/, '');
    if (!isWanted(name)) continue;
    const runs = Math.max(1, Math.round(most * share));
    const begun = performance.now();
    let [failed, deaths] = [0, 0];
    for (let run = 1; run <= runs; run += 1) {
      console.error(`${test} ${name}, ${run} of ${runs}`);
      const options = ['--test', '--test-reporter=spec', '--test-timeout=1800000'];
      const { code, output } = await outputOf([...options, file]);
      deaths += deathsIn(output);
      if (code === 0) continue;
      failed += 1;
      console.error(output);
    }
    outcomes.push({ test, name, runs, failed, deaths, minutes: minutesSince(begun) });
  }
  if (isWanted('simulation') && existsSync(path.join(root, simulator))) {
    const begun = performance.now();
    const count = Math.max(1, Math.round(histories * share));
    console.error(`T1 simulation, ${count} histories`);
    const { code, output } = await outputOf([simulator, '--histories', `${count}`]);
    if (code !== 0) console.error(output);
    const outcome = { test: 'T1', name: 'simulation', runs: 1, failed: code === 0 ? 0 : 1 };
    outcomes.push({ ...outcome, deaths: 0, minutes: minutesSince(begun) });
  }
  console.log(tableOf(outcomes));
  return outcomes.length > 0 && outcomes.every(({ failed }) => failed === 0);
}

const minutesSince = (begun: number): number => (performance.now() - begun) / 60_000;

function outputOf(args: readonly string[]): Promise<{ code: number; output: string }> {
  const { GATEHOUSE_TEST_SERVER: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;
  const env = { ...inherited, GATEHOUSE_TEST_THOROUGH: '1', NO_COLOR: '1' };
  const child = spawn(process.execPath, args, { cwd: root, env });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }),
    );
  });
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { share: { type: 'string', default: '1' } },
    allowPositionals: true,
  });
  const share = Number(values.share);
  if (!(share > 0)) throw new Error(`--share takes a number above 0, not ${values.share}.`);
  process.exitCode = (await nightly(positionals, share)) ? 0 : 1;
}
