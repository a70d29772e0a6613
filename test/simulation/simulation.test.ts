import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { mutants } from './mutants.ts';
import { weathers } from './weathers.ts';

/** A simulation is a process of its own: its clock, its timers and its chance are not those of this one. */
async function simulate(...options: string[]): Promise<{ code: number | null; output: string }> {
  // Tests inside tests are not run as such.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'simulate.ts'), ...options],
    {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

/** Nothing in it waits, so on a machine that is busy it only takes longer. */
const timeout = 30 * 60_000;

describe('histories of the engine, with every fault at once', { timeout }, () => {
  it('end as they have to, and a seed gives the same history again', { timeout }, async () => {
    const { code, output } = await simulate('--seed', '2', '--histories', '4', '--twice');
    assert.equal(code, 0, output);
  });

  it('show when an answer is believed in place of a reading', { timeout }, async () => {
    const { code, output } = await simulate('--mutant', 'believes-200', '--histories', '4');
    assert.match(output, /called verified, and never seen so/);
    assert.equal(code, 1);
  });
});

/** By what each of those is noticed that do their harm in a rare weather only. */
const noticedBy: Readonly<Record<string, RegExp>> = {
  'repeats-accepted': /handed over \d+ times/,
  'no-fence': /call \d was told of after call \d/,
  'order-of-arrival': /(?:leaves|stays), and the departure is/,
  'no-turns': /requests of cloud within a minute/,
  'urgent-in-line': /steps that are not urgent began before/,
  'looks-past-what-came-back': /opened again, and nobody noticed/,
};

describe('histories in weathers made for one promise', { timeout }, () => {
  it('end as they have to', { timeout }, async () => {
    const rare = Object.keys(weathers).filter((it) => it !== 'usual');
    const { code, output } = await simulate('--weather', rare.join(','), '--histories', '1');
    assert.equal(code, 0, output);
  });

  it('are there for every broken variant that needs one', () => {
    const inNeed = mutants.filter(({ weather }) => weather !== undefined);
    assert.deepEqual(inNeed.map(({ name }) => name).toSorted(), Object.keys(noticedBy).toSorted());
  });

  for (const [name, says] of Object.entries(noticedBy)) {
    it(`show when the engine is broken: ${name}`, { timeout }, async () => {
      const { code, output } = await simulate('--mutant', name, '--histories', '4');
      assert.match(output, says);
      assert.equal(code, 1);
    });
  }
});
