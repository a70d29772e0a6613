import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { auditSearch, queryOf, without } from './search.ts';

describe('the address of the audit log', () => {
  it('says what is looked for, and forgets what it does not know', () => {
    const read = auditSearch({
      ...{ person: ' Priya ', grade: 'verified', result: 'fine', from: '2026-11-01', to: 'soon' },
      ...{ entry: 12, case: '', type: 'step.verified', more: 'x' },
    });
    assert.deepEqual(read, {
      ...{ person: 'Priya', type: 'step.verified', grade: 'verified', from: '2026-11-01' },
      entry: 12,
    });
    assert.deepEqual(auditSearch({ entry: -1 }), {});
    assert.deepEqual(auditSearch({ entry: '0' }), { entry: 0 });
  });

  it('takes days as they begin at the company, the last one included', () => {
    const query = queryOf(
      { from: '2026-11-30', to: '2026-12-31', entry: 4, system: 'slack' },
      (day) => `${day} begins`,
    );
    assert.deepEqual(query, {
      ...{ system: 'slack', from: '2026-11-30 begins', to: '2027-01-01 begins' },
    });
  });

  it('is narrowed by one thing less', () => {
    assert.deepEqual(without({ person: 'Priya', text: 'x' }, 'person'), { text: 'x' });
  });
});
