import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { momentsOf, type PlannedStep, waitsFor } from './plan-moments.ts';

const step = (key: string, it: Partial<PlannedStep> = {}): PlannedStep => ({
  key,
  playbookStep: key,
  title: `Title of ${key}`,
  why: null,
  layer: 'security',
  kind: 'action',
  connectionId: null,
  account: null,
  capability: null,
  at: { rule: '', due: null, late: false },
  after: [],
  approval: false,
  ...it,
});
const at = (due: string, late = false) => ({ at: { rule: '', due, late } });

describe('a plan', () => {
  it('goes from what a person decides, by what begins at once and the clock, to what waits', () => {
    const steps = [
      step('later', at('2026-12-02T09:00:00Z')),
      step('after', { after: ['now'] }),
      step('now'),
      step('sooner', at('2026-12-01T17:00:00Z')),
      step('late', at('2026-11-01T17:00:00Z', true)),
      step('gap', { kind: 'gap' }),
      step('also-sooner', at('2026-12-01T17:00:00Z')),
    ];
    assert.deepEqual(
      momentsOf(steps).map(({ when, due, steps }) => [when, due, steps.map((it) => it.key)]),
      [
        ['to-decide', null, ['gap']],
        ['at-once', null, ['now', 'late']],
        ['at', '2026-12-01T17:00:00Z', ['sooner', 'also-sooner']],
        ['at', '2026-12-02T09:00:00Z', ['later']],
        ['afterwards', null, ['after']],
      ],
    );
  });

  it('names what a step waits for, each once', () => {
    const all = [step('a'), step('b', { title: 'Title of a' })];
    assert.deepEqual(waitsFor(step('c', { after: ['a', 'b', 'gone'] }), all), [
      'Title of a',
      'gone',
    ]);
  });
});
