import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resultsSearch } from './search.ts';
import { answeredOf, sharesOf } from './shares.ts';

const question = {
  id: 'reason',
  text: 'Why do you leave?',
  kind: 'choice',
  blank: 1,
  counts: [
    { answer: 'pay', text: 'Pay', people: 3 },
    { answer: 'team', text: 'The team', people: 0 },
  ],
  average: null,
  texts: [],
} as const;

describe('results of a survey', () => {
  it('are shares of all who are shown, with what nobody chose and what was left blank', () => {
    assert.deepEqual(sharesOf({ ...question, counts: [...question.counts], texts: [] }), [
      { text: 'Pay', people: 3, share: 0.75 },
      { text: 'The team', people: 0, share: 0 },
      { text: null, people: 1, share: 0.25 },
    ]);
    assert.deepEqual(sharesOf({ ...question, blank: 0, counts: [], texts: [] }), []);
  });

  it('say how many took part, where anybody was asked', () => {
    const participation = { sent: 8, answered: 6, declined: 1, open: 1, expired: 0 };
    assert.equal(answeredOf(participation), 0.75);
    assert.equal(answeredOf({ ...participation, sent: 0, answered: 0 }), null);
  });

  it('are asked for by an address, of which what makes no sense is left out', () => {
    assert.deepEqual(
      resultsSearch({ from: '2026-02-31x', to: '2026-06-30', kind: 'layoff', department: ' Lab ' }),
      { to: '2026-06-30', kind: 'layoff', department: 'Lab' },
    );
    assert.deepEqual(resultsSearch({ kind: 'fired', survey: 7, location: '' }), {});
  });
});
