import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DepartureInput } from '#api/contract/departures.ts';
import type { Person } from '#api/contract/people.ts';
import type { PlanPreview } from '#api/contract/plans.ts';
import {
  type Draft,
  departureIn,
  emptyDraft,
  openCaseOf,
  planInputIn,
  verbOf,
  withDatesOf,
} from './request-draft.ts';
import { aCase } from './testing/case.ts';

const priya = { id: 'p', personId: 'E-1', name: 'Priya Nair' } as Person;
const draft = (more: Partial<Draft> = {}): Draft => ({
  ...emptyDraft,
  person: priya,
  kind: 'resignation',
  ...more,
});
const planned = (approval: boolean) =>
  ({ steps: [{ approval }], gaps: [], notes: [], unanswered: [] }) as unknown as PlanPreview;

describe('a request for a departure', () => {
  it('is what the server takes, with what was left empty left out', () => {
    const asked = departureIn(
      draft({ lastWorkingDay: '2026-11-30', accessEnds: '2026-11-30T17:00' }),
    );
    assert.deepEqual(DepartureInput.parse(asked), {
      kind: 'resignation',
      urgent: false,
      confidential: false,
      lastWorkingDay: '2026-11-30',
      accessEnds: '2026-11-30T17:00',
      employmentEnds: null,
      payEnds: null,
      reason: null,
    });
    assert.equal(departureIn(draft({ kind: null })), null);
  });

  it('that is urgent ends access now, whatever time was typed before', () => {
    const asked = departureIn(draft({ urgent: true, accessEnds: '2027-01-01T09:00' }));
    assert.equal(asked?.accessEnds, null);
  });

  it('is previewed once it says who, which kind and when, and never why', () => {
    assert.equal(planInputIn(draft()), null);
    assert.equal(planInputIn(draft({ person: null, urgent: true })), null);
    const input = planInputIn(draft({ payEnds: '2026-12-31', reason: 'private' }));
    assert.equal(input?.person, 'p');
    assert.equal(input?.departure?.reason, null);
    assert.ok(planInputIn(draft({ urgent: true })));
  });

  it('takes over what HR told, and keeps what was typed', () => {
    const known = aCase({
      person: { ...aCase({}).person, id: 'p' },
      departureKind: 'retirement',
      lastWorkingDay: '2026-11-30',
      accessEndsAt: '2026-11-30T16:00:00.000Z',
      zone: 'Europe/Berlin',
    });
    const filled = withDatesOf(draft({ kind: null, lastWorkingDay: '2026-11-27' }), known);
    assert.equal(filled.kind, 'retirement');
    assert.equal(filled.lastWorkingDay, '2026-11-27');
    assert.equal(filled.accessEnds, '2026-11-30T17:00');
    assert.equal(openCaseOf(priya, [known])?.id, known.id);
    assert.equal(openCaseOf(priya, [{ ...known, state: 'complete' }]), null);
  });

  it('is started, sent on, held, or kept, as the server told what the plan needs', () => {
    assert.equal(verbOf(draft(), null), 'start');
    assert.equal(verbOf(draft(), planned(false)), 'start');
    assert.equal(verbOf(draft(), planned(true)), 'send');
    assert.equal(verbOf(draft({ urgent: true }), planned(true)), 'cutNow');
    assert.equal(verbOf(draft({ urgent: true, hold: true }), planned(true)), 'hold');
    assert.equal(verbOf(draft({ urgent: true }), { question: 'Which of two?' }), 'keep');
  });
});
