import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLookedAtAgain, roundAfter, usualRechecksMs } from './recheck.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('a step that ended access', () => {
  it('is looked at again after a quarter of an hour, an hour, a day, a week and thirty days', () => {
    assert.deepEqual(
      usualRechecksMs.map((ms) => ms / minuteMs),
      [15, 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60],
    );
    assert.deepEqual(roundAfter(15 * minuteMs, usualRechecksMs), {
      round: 1,
      nextMs: 60 * minuteMs,
    });
    assert.deepEqual(roundAfter(59 * minuteMs, usualRechecksMs), {
      round: 1,
      nextMs: 60 * minuteMs,
    });
    assert.deepEqual(roundAfter(dayMs, usualRechecksMs), { round: 3, nextMs: 7 * dayMs });
  });

  it('is looked at once for all looks that were missed, and no more after the last', () => {
    assert.deepEqual(roundAfter(9 * dayMs, usualRechecksMs), { round: 4, nextMs: 30 * dayMs });
    assert.deepEqual(roundAfter(400 * dayMs, usualRechecksMs), { round: 5, nextMs: null });
    assert.deepEqual(roundAfter(0, [1_000]), { round: 1, nextMs: null });
  });

  it('is none of the way back, of what cannot be read, or of anything that does not open again', () => {
    const step = {
      kind: 'action',
      capability: 'account.suspend',
      undoOf: null,
      connectionId: 'okta',
      account: { id: '1' },
      grade: 'verified',
    } as const;
    assert.equal(isLookedAtAgain(step), true);
    assert.equal(isLookedAtAgain({ ...step, undoOf: 'another' }), false);
    assert.equal(isLookedAtAgain({ ...step, grade: 'acknowledged' }), false);
    assert.equal(isLookedAtAgain({ ...step, capability: 'device.wipe' }), false);
    assert.equal(isLookedAtAgain({ ...step, kind: 'lookup', capability: null }), false);
  });
});
