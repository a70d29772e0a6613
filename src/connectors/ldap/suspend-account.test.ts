import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { suspendAccount } from './suspend-account.ts';

// Against a real server: test/ldap-accounts.test.ts and test/ldap-replicas.test.ts.

const suspend = suspendAccount({ attribute: 'pwdAccountLockedTime', value: '000001010000Z' });
const open = { lock: [], enforced: true, replicas: [] };
const locked = { ...open, lock: ['000001010000Z'] };

describe('planning to lock an LDAP account', () => {
  it('turns a lock that ends by itself into one that stays', () => {
    const temporary = { ...open, lock: ['20300101000000Z'] };
    assert.deepEqual(suspend.plan(temporary, {}), {
      kind: 'change',
      summary: 'Set pwdAccountLockedTime to 000001010000Z.',
      change: { lock: ['000001010000Z'] },
    });
  });

  it('locks first and asks afterwards when the policy does not heed locks', () => {
    assert.equal(suspend.plan({ ...open, enforced: false }, {}).kind, 'change');
    assert.equal(suspend.plan({ ...locked, enforced: false }, {}).kind, 'blocked');
    assert.equal(suspend.plan({ ...locked, enforced: null }, {}).kind, 'done');
  });

  it('waits for every copy, and says which one it waits for', () => {
    const replicas = [
      { server: 'a:636', shows: 'the same' as const },
      { server: 'b:636', shows: 'something else' as const },
      { server: 'c:636', shows: 'nothing readable' as const },
    ];
    assert.deepEqual(suspend.plan({ ...locked, replicas }, {}), {
      kind: 'underway',
      because:
        'Changed on the first server. b:636 shows something else. c:636 shows nothing readable.',
    });
    assert.equal(suspend.restore?.({ ...open, replicas }, open).kind, 'underway');
  });

  it('changes nothing on the way back for somebody who was locked before', () => {
    assert.equal(suspend.restore?.(locked, locked).kind, 'done');
  });
});
