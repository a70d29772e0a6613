import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aStep } from './testing/case.ts';
import { axisOf, timesOf } from './timeline.ts';

const hour = 3_600_000;
const day = 24 * hour;

describe('the time of a departure', () => {
  it('lies from left to right as it went, when nothing is collapsed', () => {
    const axis = axisOf([0, day, 4 * day], false);
    assert.deepEqual([0, day, 4 * day].map(axis.place), [0, 0.25, 1]);
    assert.equal(axis.stretches.length, 1);
  });

  it('keeps the order of moments when quiet days are collapsed, and gives what happens more room', () => {
    const moments = [0, hour / 2, 9 * day, 9 * day + hour, 39 * day];
    const [open, collapsed] = [axisOf(moments, false), axisOf(moments, true)];
    const places = moments.map(collapsed.place);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.ok(places.every((it) => it >= 0 && it <= 1));
    assert.equal(collapsed.stretches.length, 3);
    const width = (axis: typeof open) => axis.place(9 * day + hour) - axis.place(9 * day);
    assert.ok(width(collapsed) > 10 * width(open));
  });

  it('places what falls into quiet days between the stretches around them', () => {
    const axis = axisOf([0, hour, 9 * day, 9 * day + hour], true);
    const inQuiet = axis.place(4 * day);
    assert.ok(axis.place(hour) < inQuiet && inQuiet < axis.place(9 * day));
  });

  it('has room for a single moment, and for none', () => {
    assert.equal(axisOf([5], true).place(5), 0.5);
    assert.deepEqual(axisOf([], true).stretches, []);
  });

  it('of a step that goes on reaches up to now, of a settled one to its end', () => {
    const [started, settled] = ['2026-11-23T16:00:00.000Z', '2026-11-23T16:10:00.000Z'];
    const now = Date.parse('2026-11-23T17:00:00.000Z');
    const goesOn = timesOf(aStep({ startedAt: started, dueAt: started }), now);
    assert.deepEqual(goesOn.real, { from: Date.parse(started), to: now });
    const done = timesOf(aStep({ startedAt: started, settledAt: settled }), now);
    assert.deepEqual(done, {
      planned: null,
      real: { from: Date.parse(started), to: Date.parse(settled) },
    });
    assert.equal(timesOf(aStep({}), now).real, null);
  });
});
