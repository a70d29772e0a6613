import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';
import { groupsOf, saidOf, standingSteps, systemsOf, unprovenOf, weakOf } from './step-words.ts';
import { aCase, aStep } from './testing/case.ts';

const said = (it: Case, id: string, toApprove = false) => {
  const found = standingSteps(it).find(({ step }) => step.id === id);
  return saidOf(found!, it, toApprove);
};
const asked: Step['assignment'] = {
  people: [{ name: 'Nadia Haas', email: 'nadia@meadow.example' }],
  instructions: 'Bring it back',
  proof: [],
  deadline: null,
  askedAt: '2026-11-23T08:00:00.000Z',
  reminders: 0,
  moreTime: null,
  toAccept: null,
};
const decided: NonNullable<Step['decision']> = {
  kind: 'attested',
  by: 'u1',
  byName: 'Sam Okafor',
  reason: 'done in the console',
  proof: null,
  files: [],
  expiresAt: null,
  acceptedByName: null,
};

describe('the words of a step', () => {
  it('say for what it waits, and for how many others', () => {
    const block = aStep({ id: 'block', title: 'Block sign-in', status: 'running' });
    const sign = aStep({ id: 'sign', title: 'Sign out', status: 'ready' });
    const done = aStep({ id: 'done', status: 'settled', grade: 'verified' });
    const one = aStep({ id: 'one', startsAfter: ['block', 'done'] });
    const two = aStep({ id: 'two', startsAfter: ['block', 'sign'] });
    const it = aCase({ steps: [block, sign, done, one, two] });
    assert.deepEqual(said(it, 'one'), {
      key: 'standing.waitingFor',
      values: { what: 'Block sign-in' },
    });
    assert.deepEqual(said(it, 'two'), {
      key: 'standing.waitingForMore',
      values: { what: 'Block sign-in', count: 1 },
    });
  });

  it('name the time in the place of the person, and people by their names', () => {
    const it = aCase({
      zone: 'Europe/Berlin',
      steps: [
        aStep({
          id: 'again',
          status: 'ready',
          attempts: 4,
          failure: { kind: 'unavailable', detail: 'no answer' },
          nextLookAt: '2026-11-23T08:41:00.000Z',
        }),
        aStep({ id: 'asked', kind: 'task', status: 'running', assignment: asked }),
        aStep({ id: 'others', kind: 'task', status: 'held', assignment: asked }),
        aStep({ id: 'hand', status: 'settled', grade: 'attested', decision: decided }),
        aStep({
          id: 'lost',
          status: 'settled',
          grade: 'waived',
          decision: { ...decided, kind: 'waived', writtenOff: true },
        }),
      ],
    });
    assert.deepEqual(said(it, 'again'), {
      key: 'standing.triesAgain',
      values: { time: '09:41' },
    });
    assert.deepEqual(said(it, 'asked'), { key: 'standing.asked', values: { who: 'Nadia Haas' } });
    assert.deepEqual(said(it, 'others'), {
      key: 'standing.waitsFor',
      values: { who: 'Nadia Haas' },
    });
    assert.deepEqual(said(it, 'hand'), {
      key: 'standing.attested',
      values: { who: 'Sam Okafor' },
    });
    assert.equal(said(it, 'lost').key, 'standing.writtenOff');
    assert.equal(said(it, 'again', true).key, 'standing.triesAgain');
  });
});

describe('the list of a departure', () => {
  it('has what needs the viewer on top, then what needs others, then the layers in their order', () => {
    const it = aCase({
      steps: [
        aStep({ id: 'audit', layer: 'compliance' }),
        aStep({ id: 'open', layer: 'security', status: 'held' }),
        aStep({ id: 'mine', layer: 'operations', status: 'held', actions: ['retry'] }),
        aStep({ id: 'block', layer: 'security', status: 'ready' }),
        aStep({ id: 'lost', layer: 'security', status: 'running', outcomeUnknown: true }),
      ],
    });
    assert.deepEqual(
      groupsOf(it).map(({ name, steps }) => [name, ...steps.map(({ step }) => step.id)]),
      [
        ['needs-you', 'mine', 'lost'],
        ['needs-others', 'open'],
        ['security', 'block'],
        ['compliance', 'audit'],
      ],
    );
  });

  it('shows the way back first, and what was done on the way out last', () => {
    const out = aStep({ id: 'out', status: 'settled', grade: 'verified' });
    const back = aStep({ id: 'back', undoOf: 'out', status: 'ready' });
    const it = aCase({ direction: 'back', steps: [out, back] });
    assert.deepEqual(
      groupsOf(it).map(({ name, steps }) => [name, ...steps.map(({ step }) => step.id)]),
      [
        ['security', 'back'],
        ['way-out', 'out'],
      ],
    );
  });

  it('names beside what is proven all that is not', () => {
    const progress = {
      steps: 11,
      proven: 6,
      acceptedOnly: 1,
      confirmedByPerson: 0,
      skipped: 1,
      held: 2,
      unknown: 1,
      open: 0,
    };
    assert.deepEqual(unprovenOf(progress), [
      { name: 'held', count: 2 },
      { name: 'unknown', count: 1 },
      { name: 'acceptedOnly', count: 1 },
      { name: 'skipped', count: 1 },
    ]);
  });

  it('counts a system as closed only when every step of access in it has a grade', () => {
    const it = aCase({
      steps: [
        aStep({ id: '1', connection: 'okta', status: 'settled', grade: 'verified' }),
        aStep({ id: '2', connection: 'okta', status: 'running' }),
        aStep({ id: '3', connection: 'slack', status: 'settled', grade: 'absent' }),
        aStep({ id: '4', connection: 'files', layer: 'operations', status: 'ready' }),
        aStep({ id: '5', connection: 'wiki', kind: 'lookup', status: 'ready' }),
      ],
    });
    assert.deepEqual(systemsOf(it), { all: 2, closed: 1, open: ['okta'] });
  });

  it('names beside “access removed” what was not read back', () => {
    const it = aCase({
      state: 'access-removed',
      steps: [
        aStep({ id: 'read', status: 'settled', grade: 'verified', appliedAt: 'x' }),
        aStep({ id: 'told', status: 'settled', grade: 'acknowledged' }),
        aStep({ id: 'skipped', status: 'settled', grade: 'waived' }),
        aStep({ id: 'other', layer: 'operations', status: 'settled', grade: 'attested' }),
      ],
    });
    assert.deepEqual(
      weakOf(it).map(({ step }) => step.id),
      ['told', 'skipped'],
    );
  });
});
