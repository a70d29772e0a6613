import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { grades, stepStatuses } from '#core/step.ts';
import { provenStandings, type StepFacts, standingOf } from './step-standing.ts';

const step = (more: Partial<StepFacts>): StepFacts => ({
  kind: 'action',
  status: 'waiting',
  grade: null,
  outcomeUnknown: false,
  sent: false,
  attempts: 0,
  failure: null,
  appliedAt: null,
  assignment: null,
  actions: [],
  ...more,
});
const running = { state: 'running' } as const;
const paused = { state: 'paused' } as const;
const at = '2026-11-23T16:00:00.000Z';
const failure = { kind: 'unavailable', detail: 'no answer within 30 s' } as const;
const assignment = {
  people: [{ name: 'Nadia Haas', email: 'nadia@meadow.example' }],
  instructions: 'Bring the laptop back',
  proof: [],
  deadline: null,
  askedAt: at,
  reminders: 0,
  moreTime: null,
  toAccept: null,
};

/** The rows of the one table: what the server tells, and how it stands. */
const rows: readonly (readonly [string, Partial<StepFacts>, string])[] = [
  ['waits for others of the departure', { status: 'waiting' }, 'waiting'],
  ['has its turn, or a set time', { status: 'ready' }, 'ready'],
  ['failed and is repeated by itself', { status: 'ready', attempts: 3, failure }, 'tries-again'],
  [
    'failed while it ran, and is repeated by itself',
    { status: 'running', attempts: 1, failure },
    'tries-again',
  ],
  ['is being done', { status: 'running' }, 'running'],
  ['was asked of a person', { status: 'running', assignment }, 'running'],
  ['was sent, and its effect does not show yet', { status: 'running', sent: true }, 'sent'],
  [
    'was sent, and could not be read back so far',
    { status: 'running', sent: true, attempts: 1, failure },
    'sent',
  ],
  ['waits for the viewer', { status: 'held', actions: ['retry'] }, 'held'],
  ['waits for somebody else', { status: 'held' }, 'waits-for-others'],
  [
    'may have had its effect or not',
    { status: 'held', outcomeUnknown: true, actions: ['retry'] },
    'unknown',
  ],
  [
    'may have had its effect or not, while a worker is looked for',
    { status: 'running', outcomeUnknown: true },
    'unknown',
  ],
  [
    'was changed and read back',
    { status: 'settled', grade: 'verified', appliedAt: at },
    'verified',
  ],
  ['was as wanted already', { status: 'settled', grade: 'verified' }, 'unchanged'],
  [
    'was done by a person and read back',
    { status: 'settled', grade: 'verified', assignment },
    'verified',
  ],
  [
    'looked for accounts and found them',
    { kind: 'lookup', status: 'settled', grade: 'verified' },
    'verified',
  ],
  ['was looked for and is not there', { status: 'settled', grade: 'absent' }, 'absent'],
  [
    'was taken by a system that cannot be read back',
    { status: 'settled', grade: 'acknowledged', appliedAt: at },
    'acknowledged',
  ],
  ['was done by hand', { status: 'settled', grade: 'attested' }, 'attested'],
  ['was skipped', { status: 'settled', grade: 'waived' }, 'waived'],
];

describe('a step', () => {
  for (const [what, facts, expected] of rows) {
    it(`that ${what} stands as ${expected}`, () => {
      assert.equal(standingOf(step(facts), running), expected);
    });
  }

  it('of a paused departure is paused until it is settled, but for what nobody knows', () => {
    for (const status of stepStatuses) {
      if (status === 'settled') continue;
      assert.equal(standingOf(step({ status, actions: ['retry'] }), paused), 'paused');
      assert.equal(standingOf(step({ status, outcomeUnknown: true }), paused), 'unknown');
    }
    const done = step({ status: 'settled', grade: 'verified', appliedAt: at });
    assert.equal(standingOf(done, paused), 'verified');
  });

  it('is filled green only when it was read back, or looked for and not found', () => {
    for (const grade of grades) {
      const standing = standingOf(step({ status: 'settled', grade, appliedAt: at }), running);
      const isProven = grade === 'verified' || grade === 'absent';
      assert.equal(provenStandings.includes(standing), isProven, grade);
    }
    for (const status of stepStatuses) {
      if (status === 'settled') continue;
      for (const facts of [{}, { appliedAt: at }, { sent: true }, { attempts: 2, failure }]) {
        const standing = standingOf(step({ status, ...facts }), running);
        assert.equal(provenStandings.includes(standing), false, `${status} ${standing}`);
      }
    }
  });
});
