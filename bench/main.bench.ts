import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { capacity } from './capacity.ts';
import { layoff } from './layoff.ts';
import { ledger } from './ledger.ts';
import { criticalPath, latency, throughput } from './main-job.ts';
import { memory } from './memory.ts';
import { peers } from './peers/peers.ts';
import type { Row } from './row.ts';
import { search } from './search.ts';
import { web } from './web.ts';

// The main job, measured:
// `npm run bench [-- --json FILE] [-- latency critical-path throughput capacity layoff memory search ledger web]`;
// `npm run bench -- --peers` measures others beside it, and installs them first, so it is not part of the whole.
// Prints a table; exits with 1 when a target was missed. Speed depends on the machine: compare
// figures of one machine, best of one run.

const measurements: Readonly<Record<string, () => Promise<readonly Row[]> | AsyncIterable<Row>>> = {
  latency,
  'critical-path': criticalPath,
  throughput,
  capacity,
  layoff,
  memory,
  search,
  ledger,
  web,
};
/** Installs others than Gatehouse, and so runs only where it is asked for. */
const onDemand = { '--peers': peers };

const args = process.argv.slice(2);
const at = args.indexOf('--json');
const file = at < 0 ? null : (args.splice(at, 2)[1] ?? null);
const names = args.length > 0 ? args : Object.keys(measurements);

const load = () => loadavg()[0]!.toFixed(1);
console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${load()}\n`);
const rows: (Row & { load: string })[] = [];
const all: typeof measurements = { ...measurements, ...onDemand };
for (const name of names) {
  const measure = all[name];
  if (!measure) {
    console.error(`There is no ${name}. There are: ${Object.keys(all).join(', ')}.`);
    process.exit(2);
  }
  for await (const row of await measure()) {
    rows.push({ ...row, load: load() });
    console.log(line(row));
  }
}
if (file) await writeFile(file, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = rows.every((row) => row.reached !== false) ? 0 : 1;

function line({ name, value, unit, target, reached }: Row): string {
  const number = value >= 100 ? value.toFixed(0) : value.toFixed(2);
  const verdict = reached === null ? '' : reached ? `reached (${target})` : `MISSED (${target})`;
  return `${name.padEnd(78)} ${number.padStart(9)} ${unit.padEnd(4)} ${verdict}`;
}
