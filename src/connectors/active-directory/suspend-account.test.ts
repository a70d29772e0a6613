import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { suspendAccount } from './suspend-account.ts';

// Against real controllers: test/active-directory.test.ts and -controllers.test.ts.

const state = (...disabled: (boolean | null)[]) => ({
  controllers: disabled.map((it, index) => ({ controller: `dc${index + 1}:636`, disabled: it })),
});
const plan = (...disabled: (boolean | null)[]) => suspendAccount.plan(state(...disabled), {});

describe('planning to disable an Active Directory account', () => {
  it('names the controllers that do not show it yet', () => {
    assert.deepEqual(plan(true, false, null, false), {
      kind: 'change',
      summary: 'Disable the account on dc2:636, dc4:636.',
      change: { disabled: true, on: ['dc2:636', 'dc4:636'] },
    });
  });

  it('is done only when every controller shows it', () => {
    assert.equal(plan(true, true).kind, 'done');
    assert.equal(plan(true, null).kind, 'underway');
  });

  it('enables nobody who was disabled before us', () => {
    const { restore } = suspendAccount;
    assert.equal(restore?.(state(true, true), state(true, null)).kind, 'done');
    assert.equal(restore?.(state(true, true), state(false, true)).kind, 'change');
    assert.equal(restore?.(state(false, null), state(false, false)).kind, 'underway');
    assert.equal(restore?.(state(false, false), state(false, false)).kind, 'done');
  });
});
