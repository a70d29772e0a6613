import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { deathsIn, faults, tableOf } from './nightly.ts';

describe('the nightly run', () => {
  it('names files that are there', () => {
    const root = path.join(import.meta.dirname, '..');
    assert.deepEqual(
      faults.filter(({ file }) => !existsSync(path.join(root, file))),
      [],
    );
  });

  it('counts the deaths of tests that passed, by their names', () => {
    const output = [
      '▶ a worker killed by SIGKILL at any point of a pass',
      '    ✔ killed before the read (12.5ms)',
      '    ✔ killed after the read, 2nd time (12.5ms)',
      '    ✖ killed during the call (12.5ms)',
      '  ✔ has lost no fact and doubled none, 30 times, and all that was published is there (1ms)',
      '  ✖ have lost nothing and doubled nothing, 30 times: each change has its fact (1ms)',
    ].join('\n');
    assert.equal(deathsIn(output), 32);
  });

  it('shows each fault, and the sum', () => {
    const outcome = { runs: 12, failed: 0, deaths: 600, minutes: 10 };
    const shown = tableOf([
      { ...outcome, test: 'T3', name: 'kill-worker' },
      { ...outcome, test: 'T4', name: 'kill-scribe', failed: 1, deaths: 510 },
    ]);
    assert.match(shown, /^T3 +kill-worker +12 +0 +600 +10\.0$/m);
    assert.match(shown, /^ +all +24 +1 +1110 +20\.0$/m);
  });
});
