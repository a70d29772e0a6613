import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { approvalLine } from './population.ts';

const open = {
  title: 'Delete the account',
  requestedAt: '2026-11-30T08:00:00.000Z',
  ...{ approvedFirstBy: null, approvedFirstAt: null, decision: null, decidedBy: null },
  ...{ decidedAt: null, reason: null, usedAt: null, voidedBecause: null },
} as const;
const first = { approvedFirstBy: 'Mei Tanaka', approvedFirstAt: '2026-11-30T08:01:00.000Z' };
const second = { decidedBy: 'Sam Okafor', decidedAt: '2026-11-30T08:02:00.000Z' };

describe('an approval in a sample', () => {
  it('names everybody who decided, in their order', () => {
    const used = { usedAt: '2026-11-30T08:03:00.000Z' };
    assert.equal(
      approvalLine({ ...open, ...first, ...second, ...used, decision: 'granted' }),
      'Approval of Delete the account: approved by Mei Tanaka, 2026-11-30T08:01:00.000Z; ' +
        'approved by Sam Okafor, 2026-11-30T08:02:00.000Z',
    );
    assert.equal(
      approvalLine({ ...open, ...first, ...second, decision: 'denied', reason: 'Not yet.' }),
      'Approval of Delete the account: approved by Mei Tanaka, 2026-11-30T08:01:00.000Z; ' +
        'denied by Sam Okafor, 2026-11-30T08:02:00.000Z, not used: Not yet.',
    );
  });

  it('says what is missing, or why it came to nothing', () => {
    const about = 'Approval of Delete the account: ';
    assert.equal(approvalLine(open), `${about}nobody has decided`);
    assert.match(approvalLine({ ...open, ...first }), /; nobody else has decided$/);
    const over = { voidedBecause: 'Its time is over.' };
    assert.match(approvalLine({ ...open, ...first, ...over }), /; Its time is over\.$/);
  });
});
