import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { heldIn } from './held-in.ts';

describe('a name within a sentence', () => {
  it('is as it was written', () => {
    for (const name of ['Priya Nair', 'Zoë 👩‍👩‍👧‍👦', '李小龍', ''])
      assert.equal(heldIn(name), name);
  });

  it('is held in where it runs from right to left, or makes others do', () => {
    assert.equal(heldIn('יעל כהן'), '\u2068יעל כהן\u2069');
    assert.equal(heldIn('\u202Egnp'), '\u2068\u202Egnp\u2069');
  });

  it('cannot end what holds it in', () => {
    assert.equal(heldIn('\u2069\u202Egnp\u2066'), '\u2068\u202Egnp\u2069');
  });
});
