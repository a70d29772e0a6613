import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ApprovalMatter, type Approver, approvalLastsMs, whyNotApprover } from './approval.ts';

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

describe('an approval', () => {
  it('is good for a day, and for a wipe for four hours', () => {
    assert.equal(approvalLastsMs('account.delete'), 86_400_000);
    assert.equal(approvalLastsMs(null), 86_400_000);
    assert.equal(approvalLastsMs('device.wipe'), 14_400_000);
  });
});
