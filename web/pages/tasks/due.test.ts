import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dateText, dueOf, placeAfter, sortOf } from './due.ts';

const now = new Date('2026-11-30T09:00:00Z');

describe('a task in the list', () => {
  it('says how near its date is', () => {
    assert.equal(dueOf({ deadline: null }, now), 'none');
    assert.equal(dueOf({ deadline: '2026-11-30T09:00:00.000Z' }, now), 'over');
    assert.equal(dueOf({ deadline: '2026-12-01T23:00:00.000Z' }, now), 'soon');
    assert.equal(dueOf({ deadline: '2026-12-02T23:00:00.000Z' }, now), 'later');
  });

  it('is due on a day, or at a time with its place', () => {
    const text = (at: string) => dateText(at, 'Europe/Berlin', 'en', now);
    assert.equal(text('2026-12-01T23:00:00.000Z'), '1 Dec');
    assert.equal(text('2026-12-01T16:00:00.000Z'), '1 Dec 17:00 Berlin');
    assert.equal(text('2030-12-31T23:00:00.000Z'), '31 Dec 2030');
  });

  it('is to be accepted, about a thing, or of a layer', () => {
    const task = { toAccept: null, equipment: false, layer: 'operations' } as const;
    const done = { by: 'u', byName: 'Fay', reason: 'x', proof: null, files: [] };
    assert.equal(sortOf(task), 'handover');
    assert.equal(sortOf({ ...task, layer: 'security' }), 'access');
    assert.equal(sortOf({ ...task, equipment: true }), 'equipment');
    assert.equal(sortOf({ ...task, equipment: true, toAccept: done }), 'accept');
  });

  it('is gone through by keys, and never past an end', () => {
    assert.equal(placeAfter(-1, -1, 3), 0);
    assert.equal(placeAfter(0, 1, 3), 1);
    assert.equal(placeAfter(2, 1, 3), 2);
    assert.equal(placeAfter(0, -1, 3), 0);
  });
});
