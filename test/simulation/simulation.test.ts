import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';

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
