import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveDates } from './dates.ts';
import type { DepartureFacts } from './departure.ts';
import { atRelease } from './hold.ts';

const held: DepartureFacts = {
  ...{ id: 'S-1', kind: 'layoff', urgent: false, confidential: true, hold: true, reason: null },
  ...{ accessEnds: null, lastWorkingDay: null, employmentEnds: null, payEnds: null },
};
const context = {
  zone: 'Europe/Berlin',
  confirmedAt: new Date('2026-11-20T09:41:07.250Z'),
  defaultAccessEnd: null,
};
const endOf = (it: Partial<DepartureFacts>, options?: { cutNow: boolean }) => {
  const dates = resolveDates(atRelease({ ...held, ...it }, context, options), context);
  return 'question' in dates ? dates.question : dates.accessEnds.at.toISOString();
};
const theRelease = context.confirmedAt.toISOString();

describe('a held departure that is released', () => {
  it('ends access at that moment, when it is urgent or its time has passed', () => {
    assert.equal(endOf({ urgent: true }), theRelease);
    assert.equal(endOf({ kind: 'involuntary', lastWorkingDay: '2026-11-30' }), theRelease);
    assert.equal(endOf({ accessEnds: '2026-11-20T09:00' }), theRelease);
    assert.equal(endOf({ urgent: true, accessEnds: '2026-11-20T09:00' }), theRelease);
  });

  it('ends access at that moment, when it is the last day at work', () => {
    assert.equal(endOf({ lastWorkingDay: '2026-11-20' }), theRelease);
    assert.equal(endOf({ lastWorkingDay: '2026-11-19' }), theRelease);
  });

  it('keeps a time or a day that is still to come', () => {
    assert.equal(endOf({ accessEnds: '2026-11-20T17:00' }), '2026-11-20T16:00:00.000Z');
    assert.equal(endOf({ lastWorkingDay: '2026-11-30' }), '2026-11-30T23:00:00.000Z');
  });

  it('waits for no date when access is to end now', () => {
    assert.equal(endOf({ lastWorkingDay: '2026-11-30' }, { cutNow: true }), theRelease);
  });

  it('is held no longer', () => {
    assert.equal(atRelease(held, context).hold, false);
  });
});
