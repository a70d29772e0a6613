import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent } from '#api/contract/audit.ts';
import { happenings } from './happenings.ts';
import { checksOf, firstDue, proofsOf, stepIn } from './proofs.ts';
import { aCase, aStep } from './testing/case.ts';

const [early, late] = ['2026-11-23T16:00:00.000Z', '2026-11-24T16:00:00.000Z'];
const fact = (type: string, at: string, step: string) =>
  ({ type, at, leaf: JSON.stringify({ step: { id: step } }) }) as AuditEvent;

describe('the proof of a departure', () => {
  it('goes system by system, what people did last, without what is still to come', () => {
    const steps = [
      aStep({ id: 'task', status: 'settled', grade: 'attested' }),
      aStep({ id: 'block', connection: 'okta', status: 'settled', grade: 'verified' }),
      aStep({ id: 'sent', connection: 'slack', status: 'held', stateBefore: { active: true } }),
      aStep({ id: 'later', connection: 'okta', dueAt: late }),
      aStep({ id: 'letter', kind: 'notice', status: 'settled', grade: 'acknowledged' }),
    ];
    assert.deepEqual(
      proofsOf(steps).map(({ connection, steps: of }) => [connection, ...of.map(({ id }) => id)]),
      [
        ['okta', 'block'],
        ['slack', 'sent'],
        [null, 'task'],
      ],
    );
  });

  it('of which there is none yet begins with the first step that is due', () => {
    assert.deepEqual(proofsOf([aStep({ dueAt: late })]), []);
    assert.equal(firstDue([aStep({ dueAt: late }), aStep({}), aStep({ dueAt: early })]), early);
    assert.equal(firstDue([]), null);
  });

  it('has the later looks at a step, whether they found it closed or open again', () => {
    const facts = [
      fact('step.reopened', late, 'block'),
      fact('step.rechecked', early, 'block'),
      fact('step.rechecked', early, 'other'),
      fact('step.verified', early, 'block'),
    ];
    assert.deepEqual(checksOf('block', facts), [
      { at: early, holds: true },
      { at: late, holds: false },
    ]);
    for (const leaf of ['', 'null', '{}', '{"step":{"id":7}}']) assert.equal(stepIn(leaf), null);
  });
});

describe('what happened in a departure', () => {
  it('is told by itself, the newest first, for whoever may not read the record', () => {
    const it = aCase({
      confirmedAt: early,
      steps: [
        aStep({ title: 'Block sign-in', startedAt: early, settledAt: late, grade: 'absent' }),
      ],
    });
    assert.deepEqual(
      happenings(it).map(({ at, said }) => [at, said.key]),
      [
        [late, 'happened.absent'],
        [early, 'happened.confirmed'],
        [early, 'happened.started'],
      ],
    );
  });
});
