import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessClock, needsSomebody, notProven, toneOfClock } from './case-clock.ts';
import { casesSearch } from './search.ts';

const now = new Date('2026-11-30T10:00:00Z');
const leaving = {
  kind: 'departure',
  direction: 'forward',
  state: 'running',
  accessEndsAt: '2026-11-30T12:00:00.000Z',
  confirmedAt: '2026-11-01T09:00:00.000Z',
  accessRemovedAt: null,
} as const;
const progress = {
  ...{ steps: 0, proven: 0, acceptedOnly: 0, confirmedByPerson: 0, skipped: 0 },
  ...{ held: 0, unknown: 0, open: 0 },
};

describe('the clock of access', () => {
  it('counts down to its end, and is due soon within a day', () => {
    const clock = accessClock(leaving, now);
    assert.deepEqual(clock, { kind: 'left', ms: 7_200_000 });
    assert.equal(toneOfClock(clock), 'due-soon');
    const far = accessClock({ ...leaving, accessEndsAt: '2026-12-24T12:00:00.000Z' }, now);
    assert.equal(toneOfClock(far), 'quiet');
  });

  it('counts up once it should have ended, from when somebody said so at the earliest', () => {
    const it = { ...leaving, accessEndsAt: '2026-11-30T08:00:00.000Z' };
    assert.deepEqual(accessClock(it, now), { kind: 'over', ms: 7_200_000 });
    const told = { ...it, confirmedAt: '2026-11-30T09:59:00.000Z' };
    assert.deepEqual(accessClock(told, now), { kind: 'over', ms: 60_000 });
    assert.equal(toneOfClock(accessClock(told, now)), 'attention');
  });

  it('shows how long it took once all of it is removed', () => {
    const removed = { ...leaving, accessRemovedAt: '2026-11-30T12:04:12.000Z' };
    assert.deepEqual(accessClock(removed, now), { kind: 'took', ms: 252_000 });
    const early = { ...leaving, accessRemovedAt: '2026-11-30T11:00:00.000Z' };
    assert.deepEqual(accessClock(early, now), { kind: 'took', ms: 0 });
  });

  it('is none without an end, on the way back, when taken back, and for arrivals', () => {
    for (const change of [
      { accessEndsAt: null },
      { direction: 'back' },
      { state: 'cancelled' },
      { kind: 'arrival' },
    ] as const)
      assert.deepEqual(accessClock({ ...leaving, ...change }, now), { kind: 'none' });
  });
});

describe('a row of a case', () => {
  it('needs somebody for a step, a question and a guard, and never once it has ended', () => {
    const quiet = { state: 'running', question: null, progress } as const;
    assert.equal(needsSomebody(quiet), false);
    assert.equal(needsSomebody({ ...quiet, question: 'Which playbook?' }), true);
    assert.equal(needsSomebody({ ...quiet, state: 'quarantined' }), true);
    assert.equal(needsSomebody({ ...quiet, progress: { ...progress, unknown: 1 } }), true);
    assert.equal(
      needsSomebody({ ...quiet, state: 'cancelled', progress: { ...progress, held: 1 } }),
      false,
    );
  });

  it('names what is not proven, what needs somebody first', () => {
    assert.deepEqual(notProven({ ...progress, steps: 11, proven: 9, skipped: 1, held: 1 }), [
      ['held', 1],
      ['skipped', 1],
    ]);
  });
});

describe('the address of a list', () => {
  it('is read as a person may have typed it', () => {
    assert.deepEqual(casesSearch({ view: 'late', state: 'running', text: ' nair ' }), {
      view: 'late',
      state: 'running',
      text: 'nair',
    });
    assert.deepEqual(casesSearch({ view: 'all', state: 7, text: '' }), {});
  });
});
