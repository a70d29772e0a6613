import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameOf } from './shortcuts.ts';
import { keepPlaces } from './steady.ts';

const row = (id: string, says = '') => ({ id, says });
const keyOf = (it: { id: string }) => it.id;

describe('a list under the pointer', () => {
  it('keeps each row where it is, with what it says now', () => {
    const { shown, waiting } = keepPlaces(
      [row('a', 'old'), row('b', 'old')],
      [row('b', 'new'), row('a', 'new')],
      keyOf,
    );
    assert.deepEqual(shown, [row('a', 'new'), row('b', 'new')]);
    assert.equal(waiting, 0);
  });

  it('counts what came, and leaves what went until somebody asks', () => {
    const { shown, waiting } = keepPlaces([row('a'), row('b')], [row('c'), row('a')], keyOf);
    assert.deepEqual(shown, [row('a'), row('b')]);
    assert.equal(waiting, 1);
  });
});

describe('keys', () => {
  const none = { ctrlKey: false, metaKey: false, altKey: false };
  it('are called the same on every machine', () => {
    assert.equal(nameOf({ ...none, key: 'k', ctrlKey: true }), 'Ctrl+k');
    assert.equal(nameOf({ ...none, key: 'K', metaKey: true }), 'Ctrl+k');
    assert.equal(nameOf({ ...none, key: '?' }), '?');
  });

  it('are nobody’s while a character is put together, or with Alt', () => {
    assert.equal(nameOf({ ...none, key: 'a', isComposing: true }), null);
    assert.equal(nameOf({ ...none, key: 'e', altKey: true }), null);
    assert.equal(nameOf({ ...none, key: 'Shift' }), null);
  });
});
