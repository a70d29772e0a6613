import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { circlesIn, knotsIn } from './cycle.ts';

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

describe('knots of waiting', () => {
  const knots = (waits: Record<string, string[]>) => [...knotsIn(new Map(Object.entries(waits)))];

  it('are groups in which everybody waits for everybody', () => {
    assert.deepEqual(knots({ a: [], b: ['a'], c: ['b', 'gone'] }), []);
    assert.deepEqual(knots({ x: ['a'], a: ['b'], b: ['c'], c: ['a', 'end'], end: [] }).toSorted(), [
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
  });

  it('are told apart', () => {
    const found = new Map(knots({ a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] }));

    assert.equal(found.get('a'), found.get('b'));
    assert.equal(found.get('c'), found.get('d'));
    assert.notEqual(found.get('a'), found.get('c'));
  });

  it('are found in large and dense graphs too', () => {
    const nodes = Array.from({ length: 1_000 }, (_, i) => `${i}`);
    const dense = new Map(nodes.map((node, i) => [node, nodes.slice(0, i)] as const));
    assert.equal(knotsIn(dense).size, 0);

    const closed = new Map([...dense, ['0', ['999']] as const]);
    assert.equal(knotsIn(closed).size, 1_000);
  });
});
