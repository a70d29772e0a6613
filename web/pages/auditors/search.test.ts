import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { auditorsSearch, isSeed, newSeed } from './search.ts';

describe('the address of the page for auditors', () => {
  it('says the period and how the sample is drawn, and forgets what it does not know', () => {
    assert.deepEqual(
      auditorsSearch({ from: '2026-01-01', to: 'soon', count: 25, seed: 12, pick: 'c1', x: 1 }),
      { from: '2026-01-01', count: 25, seed: '12', pick: 'c1' },
    );
    assert.deepEqual(auditorsSearch({ count: 101, seed: 'a b' }), {});
  });

  it('makes up seeds that the server takes, each another', () => {
    assert.ok(isSeed(newSeed()));
    assert.notEqual(newSeed(), newSeed());
  });
});
