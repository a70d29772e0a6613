import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { turned } from './use-choice.ts';

const order = ['a', 'b', 'c', 'd'];

describe('choosing rows', () => {
  it('turns one at a time', () => {
    const one = turned(new Set(), { id: 'b', order, from: null });
    assert.deepEqual([...one], ['b']);
    assert.deepEqual([...turned(one, { id: 'b', order, from: null })], []);
  });

  it('makes all from the last one as that one is, in both directions', () => {
    assert.deepEqual([...turned(new Set(['b']), { id: 'd', order, from: 'b' })], ['b', 'c', 'd']);
    assert.deepEqual([...turned(new Set(['c']), { id: 'a', order, from: 'c' })].toSorted(), [
      'a',
      'b',
      'c',
    ]);
    assert.deepEqual(
      [...turned(new Set(['a', 'b', 'c']), { id: 'c', order, from: 'd' })],
      ['a', 'b'],
    );
  });

  it('turns one alone when the last one is no longer in the list', () => {
    assert.deepEqual([...turned(new Set(), { id: 'b', order, from: 'gone' })], ['b']);
  });
});
