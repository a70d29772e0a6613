import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stateRows } from './state-rows.ts';

describe('what a system held', () => {
  it('stands value by value, what changed first', () => {
    const before = { name: 'Priya', active: true, groups: ['sales', 'press'], mfa: { keys: 2 } };
    const after = { name: 'Priya', active: false, groups: [], mfa: { keys: 2 } };
    assert.deepEqual(stateRows(before, after), [
      { name: 'active', before: 'true', after: 'false', isChanged: true },
      { name: 'groups', before: 'sales, press', after: '[]', isChanged: true },
      { name: 'name', before: 'Priya', after: 'Priya', isChanged: false },
      { name: 'mfa.keys', before: '2', after: '2', isChanged: false },
    ]);
  });

  it('is not called changed before it was read again', () => {
    assert.deepEqual(stateRows({ active: true }, null), [
      { name: 'active', before: 'true', after: null, isChanged: false },
    ]);
    assert.deepEqual(stateRows(null, null), []);
    assert.deepEqual(stateRows('there', 'gone'), [
      { name: '', before: 'there', after: 'gone', isChanged: true },
    ]);
  });
});
