import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deleteAccount } from './delete-account.ts';

// Against real controllers: test/active-directory.test.ts and -controllers.test.ts.

const plan = (...exists: (boolean | null)[]) =>
  deleteAccount.plan(
    { controllers: exists.map((it, index) => ({ controller: `dc${index + 1}`, exists: it })) },
    {},
  ).kind;

describe('planning to delete an Active Directory account', () => {
  it('deletes once and then waits for every controller', () => {
    assert.equal(plan(true, true), 'change');
    assert.equal(plan(true, null), 'change');
    assert.equal(plan(false, true), 'underway');
    assert.equal(plan(false, null), 'underway');
    assert.equal(plan(false, false), 'done');
  });
});
