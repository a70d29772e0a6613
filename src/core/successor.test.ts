import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Candidate, receiversFrom, whyNot } from './successor.ts';

const somebody = (personId: string, leaves = false): Candidate => ({
  personId,
  name: `Somebody ${personId}`,
  email: `${personId.toLowerCase()}@meadow.example`,
  leaves,
});

describe('who takes over', () => {
  it('is the manager, or the nearest one above who stays', () => {
    const direct = receiversFrom({ named: null, managers: [somebody('E-7'), somebody('E-1')] });
    assert.equal(direct.successor?.personId, 'E-7');

    const above = receiversFrom({
      named: null,
      managers: [somebody('E-7', true), somebody('E-1')],
    });
    assert.equal(above.successor?.personId, 'E-1');
    assert.equal(above.manager?.personId, 'E-1');
  });

  it('is whom somebody named, as long as they stay', () => {
    const managers = [somebody('E-7')];
    const named = receiversFrom({ named: somebody('E-9'), managers });
    assert.equal(named.successor?.personId, 'E-9');
    assert.equal(named.manager?.personId, 'E-7');

    const gone = receiversFrom({ named: somebody('E-9', true), managers });
    assert.equal(gone.successor?.personId, 'E-7');
  });

  it('is nobody where nobody is known', () => {
    assert.deepEqual(receiversFrom({ named: null, managers: [] }), {
      successor: null,
      manager: null,
    });
  });

  it('cannot be the leaver, a stranger, or somebody who leaves too', () => {
    const found = somebody('E-9');
    assert.equal(whyNot({ wanted: 'E-9', leaver: 'E-1', found }), null);
    assert.match(whyNot({ wanted: 'E-1', leaver: 'E-1', found }) ?? '', /from themself/);
    assert.match(whyNot({ wanted: 'E-5', leaver: 'E-1', found: null }) ?? '', /HR id E-5 is known/);
    const leaving = { wanted: 'E-9', leaver: 'E-1', found: somebody('E-9', true) };
    assert.match(whyNot(leaving) ?? '', /leaves as well/);
  });
});
