import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';
import { caseView } from './case-view.ts';
import { lookOf, progressText, stateText } from './step-look.ts';

const now = new Date('2026-11-23T12:00:00Z');
const at = '2026-11-23T13:17:00.000Z';

const step = (it: Partial<Step> = {}): Step => ({
  id: 'S1',
  key: 'k',
  title: 'Block sign-in',
  why: null,
  layer: 'security',
  kind: 'action',
  connection: 'wiki',
  account: null,
  capability: null,
  rule: 'confirmed',
  dueAt: null,
  late: false,
  startsAfter: [],
  approval: false,
  undoOf: null,
  status: 'ready',
  grade: null,
  outcomeUnknown: false,
  sent: false,
  because: null,
  failure: null,
  attempts: 0,
  nextLookAt: null,
  summary: null,
  stateBefore: null,
  stateAfter: null,
  assignment: null,
  obligation: null,
  decision: null,
  rechecks: null,
  startedAt: null,
  appliedAt: null,
  heldAt: null,
  settledAt: null,
  actions: [],
  ...it,
});

const progress = {
  steps: 11,
  proven: 9,
  acceptedOnly: 0,
  confirmedByPerson: 0,
  skipped: 0,
  held: 0,
  unknown: 0,
  open: 0,
};

const caseWith = (steps: Step[], it: Partial<Case> = {}): Case => ({
  id: 'C1',
  kind: 'departure',
  state: 'running',
  direction: 'forward',
  person: {
    id: 'P',
    personId: 'E-1',
    employmentId: '1',
    name: 'Priya Nair',
    email: 'p@x',
    department: null,
  },
  departureKind: 'resignation',
  arrivalKind: null,
  startDay: null,
  urgent: false,
  confidential: false,
  held: false,
  zone: 'Europe/Berlin',
  accessEndsAt: null,
  lastWorkingDay: null,
  employmentEnds: null,
  payEnds: null,
  question: null,
  source: 'api',
  bulkStart: null,
  openedAt: at,
  accessRemovedAt: null,
  endedAt: null,
  reason: null,
  successor: null,
  openedBy: { id: 'U', name: null },
  confirmedAt: at,
  stateBeforePause: null,
  firstCutAt: null,
  playbook: null,
  planDigest: null,
  planNotes: [],
  legalHold: null,
  quarantine: null,
  next: null,
  dayOne: null,
  progress,
  steps,
  personRechecks: [],
  actions: [],
  ...it,
});

const settled = (it: Partial<Step>) => step({ status: 'settled', settledAt: at, ...it });
const decision = {
  kind: 'waived' as const,
  by: 'U',
  byName: 'Sam Okafor',
  reason: 'needed',
  proof: null,
  files: [],
  expiresAt: '2026-12-31T23:00:00.000Z',
  acceptedByName: null,
};

describe('the look of a step', () => {
  const looks: readonly (readonly [string, Step, string])[] = [
    ['of its turn', step(), '◌ Up next'],
    ['with a set time', step({ dueAt: at }), '◌ Up next, 14:17'],
    ['that failed', step({ attempts: 4, nextLookAt: at }), '↻ Tries again at 14:17'],
    ['under way', step({ status: 'running' }), '◐ In progress'],
    [
      'that was sent',
      step({ status: 'running', because: 'not shown yet' }),
      '↻ Sent, result not in yet',
    ],
    ['held for the reader', step({ status: 'held', actions: ['retry'] }), '▲ Needs you'],
    ['held for others', step({ status: 'held' }), '▲ Waiting for IT'],
    ['of unknown outcome', step({ status: 'held', outcomeUnknown: true }), '? We do not know'],
    ['read back', settled({ grade: 'verified', appliedAt: at }), '✔ Verified 14:17'],
    ['found done', settled({ grade: 'verified' }), '✔ Nothing to change'],
    ['without an account', settled({ grade: 'absent' }), '✔ No account found'],
    ['that was taken', settled({ grade: 'acknowledged' }), '✓ Accepted, cannot be read back'],
    [
      'done by hand',
      settled({ grade: 'attested', decision: { ...decision, kind: 'attested' } }),
      '☑ Confirmed by Sam Okafor',
    ],
    [
      'not done',
      settled({ grade: 'waived', decision }),
      '⊘ Skipped by Sam Okafor until 1 Jan 2027 00:00 Berlin',
    ],
  ];
  for (const [what, it_, wanted] of looks) {
    it(`${what} is “${wanted}”`, () => {
      const { sign, word } = lookOf(it_, caseWith([it_]), { now });
      assert.equal(`${sign} ${word}`, wanted);
    });
  }

  it('that waits says for what', () => {
    const first = step({ id: 'A', title: 'Block sign-in' });
    const second = step({ id: 'B' });
    const word = (startsAfter: string[], steps: Step[]) =>
      lookOf(step({ status: 'waiting', startsAfter }), caseWith(steps), { now }).word;
    assert.equal(word(['A'], [first, second]), 'Waiting for Block sign-in');
    assert.equal(word(['A', 'B'], [first, second]), 'Waiting for 2 others');
    const held = { ...second, title: 'Remove factors', status: 'held' as const };
    assert.equal(
      word(['A', 'B'], [first, held]),
      'Waiting for Remove factors, which needs a person',
    );
    assert.equal(word(['A'], [settled({ id: 'A', grade: 'absent' })]), 'Waiting for its turn');
  });

  it('of a paused departure is paused, unless it is settled', () => {
    const paused = (it: Step) => lookOf(it, caseWith([it], { state: 'paused' }), { now }).word;
    assert.equal(paused(step()), 'Paused');
    assert.equal(paused(settled({ grade: 'absent' })), 'No account found');
  });

  it('of a departure that has ended waits for nothing', () => {
    const held = step({ status: 'held', actions: [] });
    assert.equal(lookOf(held, caseWith([held], { state: 'cancelled' }), { now }).word, 'Not done');
    const some = { ...progress, held: 1, open: 1 };
    assert.equal(
      progressText({ progress: some, state: 'cancelled' }),
      '9 proven of 11 · 2 not done',
    );
  });
});

describe('what was looked at again', () => {
  const rechecks = {
    ...{ lookedAt: [at], nextAt: null, waitsBecause: null, returned: 0, endedBecause: null },
  };
  const lines = (it: Case) =>
    caseView(it, { paint: (_, text) => text, now: () => new Date(at) }).join('\n');

  it('says when that was behind the grade', () => {
    const seen = settled({ grade: 'verified', appliedAt: at, rechecks });
    assert.equal(
      lookOf(seen, caseWith([seen]), { now: new Date(at) }).word,
      'Verified 14:17, last looked at 14:17',
    );
    assert.match(lines(caseWith([seen])), /Looked at again {2}nothing more to come/);
    assert.doesNotMatch(lines(caseWith([settled({ grade: 'verified' })])), /Looked at again/);
  });

  it('says what comes next, what came back, and what cannot be looked at', () => {
    const back = { ...rechecks, nextAt: at, returned: 2, waitsBecause: 'wiki is paused' };
    const text = lines(
      caseWith([settled({ grade: 'verified', appliedAt: at, rechecks: back })], {
        personRechecks: [
          { connection: 'crm', rechecks: { ...rechecks, endedBecause: 'the person was erased' } },
        ],
      }),
    );
    assert.match(text, /Looked at again {2}next .*14:17/);
    assert.match(text, /Block sign-in in wiki: came back 2 times/);
    assert.match(text, /Block sign-in in wiki: cannot be looked at: wiki is paused/);
    assert.match(text, /accounts in crm: looked at no more: the person was erased/);
  });
});

describe('how far a departure is', () => {
  it('is what is proven, with all that is not beside it', () => {
    assert.equal(progressText({ progress, state: 'running' }), '9 proven of 11');
    const some = {
      ...progress,
      proven: 5,
      acceptedOnly: 1,
      confirmedByPerson: 1,
      held: 2,
      unknown: 1,
      skipped: 1,
    };
    assert.equal(
      progressText({ progress: some, state: 'running' }),
      '5 proven of 11 · 1 accepted, cannot be read back · 1 confirmed by a person · 1 skipped · ' +
        '2 need a person · 1 not known',
    );
  });

  it('is never “access removed” alone when something could not be read back', () => {
    const steps = [
      settled({ grade: 'verified' }),
      settled({ grade: 'acknowledged', title: 'Sign out' }),
      settled({ grade: 'waived', title: 'Close Figma', connection: null, decision }),
      settled({ grade: 'acknowledged', layer: 'operations' }),
    ];
    assert.equal(
      stateText(caseWith(steps, { state: 'access-removed' }), 'Access removed', now),
      'Access removed · Sign out in wiki: accepted, cannot be read back · ' +
        'Close Figma: skipped by Sam Okafor until 1 Jan 2027 00:00 Berlin',
    );
    assert.equal(stateText(caseWith(steps), 'Running', now), 'Running');
  });
});
