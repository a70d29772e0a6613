import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeBetween } from './words.ts';

describe('the difference of two states', () => {
  const cases: [what: string, before: unknown, after: unknown, words: string | undefined][] = [
    ['says yes and no', { active: true }, { active: false }, 'active: yes → no'],
    [
      'looks into the facts of a described system',
      { absent: false, facts: { status: 'active' } },
      { absent: false, facts: { status: 'suspended' } },
      'status: active → suspended',
    ],
    ['counts lists', { groups: [{ id: 1 }, { id: 2 }] }, { groups: [] }, 'groups: 2 → none'],
    ['shows a single value', { lock: [], on: true }, { lock: ['0Z'], on: true }, 'lock: none → 0Z'],
    ['is none where nothing changed', { active: false }, { active: false }, undefined],
    ['is none where nothing was read', null, null, undefined],
  ];
  for (const [what, before, after, words] of cases) {
    it(what, () => assert.equal(changeBetween(before, after), words));
  }
});
