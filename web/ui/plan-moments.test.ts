import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canBeUndone, type PlanLine, planMoments, waitsFor } from './plan-moments.ts';

const line = (key: string, more: Partial<PlanLine> = {}): PlanLine => ({
  key,
  title: key,
  kind: 'action',
  connection: 'okta',
  login: 'priya',
  isPrivileged: false,
  capability: 'account.suspend',
  rule: 'access ends',
  due: null,
  isLate: false,
  after: [],
  needsApproval: false,
  ...more,
});

describe('a plan', () => {
  it('goes by moments: what a person decides, what is done at once, each time, what follows', () => {
    const [early, late] = ['2026-11-23T16:00:00.000Z', '2026-12-23T16:00:00.000Z'];
    const moments = planMoments([
      line('delete', { due: late }),
      line('sign-out', { after: ['block'] }),
      line('block', { due: early }),
      line('wiki', { due: early }),
      line('missed', { due: early, isLate: true }),
      line('unknown', { kind: 'gap' }),
    ]);
    assert.deepEqual(
      moments.map(({ when, due, lines }) => [when, due, ...lines.map(({ key }) => key)]),
      [
        ['decide', null, 'unknown'],
        ['now', null, 'missed'],
        ['at', early, 'block', 'wiki'],
        ['at', late, 'delete'],
        ['then', null, 'sign-out'],
      ],
    );
  });

  it('says of what destroys that it cannot be undone, and nothing of what is no action', () => {
    assert.equal(canBeUndone(line('block')), true);
    assert.equal(canBeUndone(line('delete', { capability: 'account.delete' })), false);
    assert.equal(canBeUndone(line('nobody', { login: null })), null);
    assert.equal(canBeUndone(line('task', { kind: 'task', capability: null })), null);
  });

  it('names what a step waits for, each once', () => {
    const titles = new Map([
      ['a', 'Block sign-in'],
      ['b', 'Block sign-in'],
    ]);
    assert.deepEqual(waitsFor(line('c', { after: ['a', 'b', 'gone'] }), titles), ['Block sign-in']);
  });
});
