import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  type ApprovalMatter,
  type Approver,
  approvalLastsMs,
  approversNeeded,
  challengeOf,
  inSigningOrder,
  jointChallengeOf,
  signedChallenge,
  whyNotApprover,
} from './approval.ts';
import type { Sha256 } from './proof.ts';

const user = (it: Partial<Approver> = {}): Approver => ({
  id: 'U1',
  email: 'Sam@meadow.example',
  roles: ['security'],
  disabledAt: null,
  ...it,
});
const matter = (it: Partial<ApprovalMatter> = {}): ApprovalMatter => ({
  capability: 'account.delete',
  requesters: ['meadow-hr'],
  personEmails: ['priya@meadow.example'],
  reportEmails: ['tom@meadow.example'],
  managerEmail: 'mona@meadow.example',
  isProtected: false,
  ...it,
});

describe('who may approve', () => {
  it('is IT admins and Security', () => {
    assert.equal(whyNotApprover(user(), matter()), null);
    assert.equal(whyNotApprover(user({ roles: ['hr', 'it-admin'] }), matter()), null);
    for (const role of ['hr', 'it-operator', 'manager', 'legal', 'auditor']) {
      const why = whyNotApprover(user({ roles: [role] }), matter());
      assert.match(why ?? '', /for the roles it-admin and security to decide/, role);
    }
  });

  const refusals: Readonly<Record<string, [Approver, ApprovalMatter, RegExp]>> = {
    'whoever asked for it': [user(), matter({ requesters: ['hr', 'U1'] }), /opened or changed/],
    'the person who leaves': [
      user({ email: 'PRIYA@meadow.example' }),
      matter(),
      /their own departure/,
    ],
    'who reports to the person': [user({ email: 'tom@meadow.example' }), matter(), /reports to/],
    'a disabled user': [user({ disabledAt: new Date(0) }), matter(), /disabled/],
  };
  for (const [who, [approver, about, why]] of Object.entries(refusals)) {
    it(`is not ${who}`, () => {
      assert.match(whyNotApprover(approver, about) ?? '', why);
    });
  }

  it('is the manager alone for a transfer of data', () => {
    const transfer = matter({ capability: 'data.transfer' });
    const mona = user({ email: 'Mona@meadow.example', roles: ['manager'] });

    assert.equal(whyNotApprover(mona, transfer), null);
    assert.match(whyNotApprover(user(), transfer) ?? '', /the manager of the person/);
    const another = user({ email: 'max@meadow.example', roles: ['manager'] });
    assert.match(whyNotApprover(another, transfer) ?? '', /the manager of the person/);
    assert.match(whyNotApprover(mona, matter()) ?? '', /it-admin and security/);
  });

  it('is IT admins and Security for a transfer of data where no manager is a user', () => {
    const transfer = matter({ capability: 'data.transfer', managerEmail: null });
    assert.equal(whyNotApprover(user(), transfer), null);
  });
});

describe('how many approve', () => {
  it('is one, and two about somebody who is protected', () => {
    assert.equal(approversNeeded(matter()), 1);
    assert.equal(approversNeeded(matter({ isProtected: true })), 2);
  });

  it('is one for what only the manager approves', () => {
    const transfer = matter({ isProtected: true, capability: 'data.transfer' });
    assert.equal(approversNeeded(transfer), 1);
    assert.equal(approversNeeded({ ...transfer, managerEmail: null }), 2);
  });
});

describe('one signature for several approvals', () => {
  const sha256: Sha256 = (...parts) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const challenge = (letter: string) =>
    challengeOf(sha256, letter.repeat(32), new Uint8Array(32).fill(letter.charCodeAt(0)), true);
  const [one, two, three] = ['a', 'b', 'c'].map(challenge) as [string, string, string];
  const together = inSigningOrder([three, one, two, one]);

  it('is over the list of what each of them alone would take, in one order, each once', () => {
    assert.deepEqual(together.toSorted(), [one, two, three].toSorted());
    const signed = signedChallenge(sha256, two, together);
    assert.equal(signed, jointChallengeOf(sha256, together));
    assert.equal(signed, signedChallenge(sha256, one, together));
    assert.notEqual(signed, jointChallengeOf(sha256, inSigningOrder([one, two])));
  });

  it('is the approval’s own where it is signed alone', () => {
    assert.equal(signedChallenge(sha256, one, null), one);
  });

  it('is not good for what is not in the list, nor where the list is not in order', () => {
    assert.equal(signedChallenge(sha256, one, inSigningOrder([two, three])), null);
    assert.equal(signedChallenge(sha256, one, together.toReversed()), null);
    assert.equal(signedChallenge(sha256, one, [one, one]), null);
    assert.equal(signedChallenge(sha256, one, []), null);
    assert.equal(signedChallenge(sha256, one, inSigningOrder([one, 'AAAA'])), null);
    const many = Array.from({ length: 101 }, (_, i) =>
      challengeOf(sha256, `${i}`.padStart(32, '0'), new Uint8Array(32), true),
    );
    assert.equal(signedChallenge(sha256, many[0]!, inSigningOrder(many)), null);
  });
});

describe('an approval', () => {
  it('is good for a day, and for a wipe for four hours', () => {
    assert.equal(approvalLastsMs('account.delete'), 86_400_000);
    assert.equal(approvalLastsMs(null), 86_400_000);
    assert.equal(approvalLastsMs('device.wipe'), 14_400_000);
  });
});
