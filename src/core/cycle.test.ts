import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { circlesIn } from './cycle.ts';

const circles = (waits: Record<string, string[]>) => circlesIn(new Map(Object.entries(waits)));

describe('circles of waiting', () => {
  it('are none where everything ends somewhere', () => {
    assert.deepEqual(circles({ a: [], b: ['a'], c: ['a', 'b'], d: ['gone'] }), []);
  });

  it('are found with everybody in them, in the order of waiting', () => {
    assert.deepEqual(circles({ a: ['b'], b: ['c'], c: ['a'] }), [['a', 'b', 'c']]);
    assert.deepEqual(circles({ x: ['a'], a: ['b'], b: ['a'] }), [['a', 'b']]);
    assert.deepEqual(circles({ a: ['a'] }), [['a']]);
  });

  it('are found each, where there are several', () => {
    assert.deepEqual(circles({ a: ['b'], b: ['a'], c: ['d'], d: ['c'] }), [
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('are looked for in chains that are longer than the call stack', () => {
    const length = 200_000;
    const chain = Array.from({ length }, (_, i) => [`${i}`, [`${(i + 1) % length}`]] as const);

    assert.equal(circlesIn(new Map(chain))[0]?.length, length);
  });
});
