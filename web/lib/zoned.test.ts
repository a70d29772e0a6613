import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dayEndOf, dayThatEndsAt, localTime, momentOf } from './zoned.ts';

describe('a time of day where somebody works', () => {
  it('is a moment, in winter and in summer, and back', () => {
    for (const [local, zone, at] of [
      ['2026-12-31T17:00', 'Europe/Berlin', '2026-12-31T16:00:00.000Z'],
      ['2026-07-01T17:00', 'Europe/Berlin', '2026-07-01T15:00:00.000Z'],
      ['2026-03-08T12:00', 'America/New_York', '2026-03-08T16:00:00.000Z'],
      ['2026-01-01T08:15', 'Asia/Kathmandu', '2026-01-01T02:30:00.000Z'],
    ] as const) {
      assert.equal(momentOf(local, zone), at);
      assert.equal(localTime(at, zone), local);
    }
  });

  it('is the end of a day, and back', () => {
    for (const [day, zone, at] of [
      ['2030-12-31', 'Europe/Berlin', '2030-12-31T23:00:00.000Z'],
      ['2026-03-28', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
      ['2026-02-28', 'America/New_York', '2026-03-01T05:00:00.000Z'],
    ] as const) {
      assert.equal(dayEndOf(day, zone), at);
      assert.equal(dayThatEndsAt(at, zone), day);
    }
    assert.equal(dayThatEndsAt('2030-12-31T16:00:00.000Z', 'Europe/Berlin'), null);
    assert.equal(dayEndOf('soon', 'Europe/Berlin'), 'soon');
  });

  it('stays as it was typed when it is none, so that the server can say so', () => {
    assert.equal(momentOf('', 'Europe/Berlin'), '');
    assert.equal(momentOf('soon', 'Europe/Berlin'), 'soon');
  });
});
