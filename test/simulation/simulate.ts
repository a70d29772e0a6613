import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from './mutants.ts';
import { soak, type Weather, weatherOf, weathers } from './weathers.ts';

// Lives through histories of the engine, each from a seed, and judges them: `npm run simulate`. Ends with 1 when
// something was wrong, and prints the seed and what happened; the same seed on the same commit gives the same again.
const usage = `npm run simulate -- [options]
  --seed N        the first history (default 1)
  --histories M   how many, from there on (default 100)
  --trace         prints what happens in each
  --weather NAMES each seed in each of these, with commas between them; else in the one that the seed says
                  (${Object.keys(weathers).join(', ')})
  --twice         lives through each twice, and compares
  --at-once N     shares the histories among so many processes (default 1)
  --soak          one long history: 50 departures a day, 40 connections
  --days N        of so many days (default 30)
  --mutants       breaks the program in each of its ways, and sees that it is noticed within so many histories
  --mutant NAME   breaks it in this way (${mutants.map(({ name }) => name).join(', ')})`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    histories: { type: 'string', default: '100' },
    trace: { type: 'boolean', default: false },
    weather: { type: 'string' },
    twice: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '1' },
    soak: { type: 'boolean', default: false },
    days: { type: 'string', default: '30' },
    mutants: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [first, count] = [Number(values.seed), values.soak ? 1 : Number(values.histories)];
if (values.help || !Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
if (values.mutants) process.exit((await tryMutants()) ? 0 : 1);
if (Number(values['at-once']) > 1) process.exit((await liveAtOnce()) ? 0 : 1);

const mutant = mutants.find(({ name }) => name === values.mutant);
if (values.mutant !== undefined && !mutant) {
  console.log(`There is no mutant ${values.mutant}.\n${usage}`);
  process.exit(2);
}
const weatherName = values.weather ?? mutant?.weather;
const asked = weatherName?.split(',').map((name) => weathers[name]);
if (asked?.includes(undefined)) {
  console.log(`There is no weather ${weatherName}.\n${usage}`);
  process.exit(2);
}
if (mutant) breakFiles(mutant);
const isSound = await liveThrough(mutant);
// A pipe takes a long trace little by little.
process.stdout.write('', () => process.exit(isSound ? 0 : 1));

/** Answers whether nothing was wrong; ends with the first history in which something was. */
async function liveThrough(broken: Mutant | undefined): Promise<boolean> {
  // Only now, since what a mutant breaks is broken as it is loaded.
  const { small } = await import('./company.ts');
  const { openHouse } = await import('./house.ts');
  const { live } = await import('./history.ts');
  const { judge } = await import('./oracle.ts');
  const elapsed = stopwatch();
  const edits = (broken?.edits ?? []).flatMap((it) => ('sql' in it ? [it] : []));
  const size = values.soak ? { further: 36, deletionsPerHour: 20 } : small;
  const house = await openHouse(size, edits);

  const once = async (seed: number, weather: Weather) => {
    const lines: string[] = [];
    house.world.trace = (line) => {
      if (!values.soak) lines.push(line);
      if (values.trace) console.log(line);
    };
    const history = await live(house, seed, weather).catch((error: Error) => error);
    const wrong =
      history instanceof Error
        ? [`the history ended with ${history.stack}`]
        : [...(await judge(house, history))];
    const digest = createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
    return { lines, wrong, digest };
  };

  const before = house.database.statements;
  const weathersOf = (seed: number) =>
    (values.soak ? [soak(Number(values.days))] : (asked ?? [weatherOf(seed)])) as Weather[];
  let lived = 0;
  const seeds = Array.from({ length: count }, (_, i) => first + i);
  for (const [seed, weather] of seeds.flatMap((it) =>
    weathersOf(it).map((one) => [it, one] as const),
  )) {
    lived += 1;
    const { lines, wrong, digest } = await once(seed, weather);
    if (values.twice) {
      const again = await once(seed, weather);
      if (again.digest !== digest) {
        const at = lines.findIndex((line, i) => line !== again.lines[i]);
        wrong.push(`it was another history the second time: ${lines[at]}, then ${again.lines[at]}`);
      }
    }
    if (wrong.length === 0) continue;
    if (!values.trace && !broken) console.log(lines.join('\n'));
    console.log(`\nSeed ${seed} (history ${seed - first + 1} of ${count}, ${digest}):`);
    for (const line of wrong) console.log(`- ${line}`);
    console.log(`Again: npm run simulate -- --seed ${seed} --histories 1 --trace`);
    return false;
  }
  const { user, system } = process.cpuUsage();
  console.log(
    `${lived} histories from seed ${first}: nothing wrong. ${house.database.statements - before} statements, ` +
      `${elapsed()} s, ${Math.round((user + system) / 1e5) / 10} s of one processor besides the database.`,
  );
  return true;
}

/** Replaces one exact text in a file as it is loaded; a text that is not there ends the process. */
function breakFiles({ name, edits }: Mutant): void {
  const root = path.resolve(import.meta.dirname, '../../src');
  for (const edit of edits) {
    if (!('file' in edit)) continue;
    const url = pathToFileURL(path.join(root, edit.file)).href;
    registerHooks({
      load(asked, context, next) {
        const loaded = next(asked, context);
        if (asked !== url) return loaded;
        const source = Buffer.from(loaded.source as Uint8Array).toString();
        if (source.split(edit.from).length !== 2) {
          throw new Error(`The mutant ${name} does not fit ${edit.file} any more: ${edit.from}`);
        }
        return { ...loaded, source: source.replace(edit.from, () => edit.to) };
      },
    });
  }
}

/** Each in a process of its own. Answers whether all were noticed. */
async function tryMutants(): Promise<boolean> {
  let missed = 0;
  for (const { name, breaks } of mutants) {
    const elapsed = stopwatch();
    const { code, output } = await run(first, count, '--mutant', name);
    const found = /^Seed (\d+) \(history (\d+).*\n- (.*)$/m.exec(output);
    const isCaught = code === 1 && found !== null;
    if (!isCaught) missed += 1;
    console.log(
      isCaught
        ? `${name}: caught by history ${found[2]} (seed ${found[1]}, ${elapsed()} s): ${found[3]}`
        : `${name}: NOT CAUGHT (${breaks})\n${output.slice(-2_000)}`,
    );
  }
  console.log(
    `${mutants.length - missed} of ${mutants.length} mutants caught within ${count} histories.`,
  );
  return missed === 0;
}

/** Answers whether nothing was wrong in any of the processes. */
async function liveAtOnce(): Promise<boolean> {
  const share = Math.ceil(count / Number(values['at-once']));
  const seeds = Array.from({ length: Math.ceil(count / share) }, (_, i) => first + i * share);
  const more = [
    ...(values.weather === undefined ? [] : ['--weather', values.weather]),
    ...(values.twice ? ['--twice'] : []),
    ...(values.trace ? ['--trace'] : []),
  ];
  const codes = seeds.map(async (seed) => {
    const { code, output } = await run(seed, Math.min(share, first + count - seed), ...more);
    console.log(output.trimEnd());
    return code;
  });
  return (await Promise.all(codes)).every((code) => code === 0);
}

function run(
  seed: number,
  histories: number,
  ...more: readonly string[]
): Promise<{ code: number | null; output: string }> {
  const args = [import.meta.filename, '--seed', `${seed}`, '--histories', `${histories}`, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

/** By a clock that is not the world's. */
function stopwatch(): () => number {
  const start = process.hrtime.bigint();
  return () => Math.round(Number(process.hrtime.bigint() - start) / 1e8) / 10;
}
