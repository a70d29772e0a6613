import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changedKinds, readSurvey, type Survey } from './survey.ts';
import { answersFrom, longestAnswer, problemsInAnswers } from './survey-answers.ts';
import { addUp } from './survey-results.ts';

const document = `survey: exit
languages: [en, de]
title: { en: How was it?, de: Wie war es? }
intro: { en: "A,\\nB", de: C }
questions:
  - id: reason
    kind: choice
    required: yes
    text: { en: Why?, de: Warum? }
    choices:
      - { id: pay, text: { en: Pay, de: Gehalt } }
      - { id: other, text: { en: Other, de: Anderes } }
  - id: work
    kind: scale
    text: { en: Work?, de: Arbeit? }
    lowest: { en: bad, de: schlecht }
    highest: { en: good, de: gut }
  - id: again
    kind: yes-no
    text: { en: Again?, de: Wieder? }
  - id: change
    kind: text
    text: { en: Change?, de: Ändern? }
`;

function surveyOf(text: string): Survey {
  const read = readSurvey(text);
  assert.ok('survey' in read, JSON.stringify(read));
  return read.survey;
}
const problemsOf = (text: string) => {
  const read = readSurvey(text);
  assert.ok('problems' in read, 'it was read without a problem');
  return read.problems;
};
const survey = surveyOf(document);

describe('the document of a survey', () => {
  it('is read into plain data', () => {
    assert.deepEqual(survey.questions[1], {
      id: 'work',
      kind: 'scale',
      required: false,
      text: { en: 'Work?', de: 'Arbeit?' },
      lowest: { en: 'bad', de: 'schlecht' },
      highest: { en: 'good', de: 'gut' },
    });
    assert.deepEqual(survey.languages, ['en', 'de']);
    assert.equal(survey.questions[0]?.required, true);
  });

  const refused = [
    [
      'a kind that there is not',
      ['kind: text', 'kind: essay'],
      'change',
      21,
      /four kinds; found “essay”/,
    ],
    ['a text that lacks a language', [', de: Wieder?', ''], 'again', 20, /missing in de/],
    ['a text in another language', ['[en, de]', '[en]'], null, 3, /is in de, which is not among/],
    [
      'two questions of one name',
      ['id: again', 'id: work'],
      'work',
      18,
      /Two questions are called “work”/,
    ],
    [
      'two choices of one name',
      ['id: other', 'id: pay'],
      'reason',
      12,
      /Two choices are called “pay”/,
    ],
    [
      'a scale without ends',
      ['    lowest: { en: bad, de: schlecht }\n', ''],
      'work',
      13,
      /“lowest” must be a list of .* found nothing/,
    ],
    ['a word that is none', ['required: yes', 'needed: yes'], 'reason', 8, /has no “needed”/],
    ['a language that is none', ['[en, de]', '[en, tlh]'], null, 2, /“tlh” is not known here/],
  ] as const;
  for (const [what, [from, to], question, line, problem] of refused) {
    it(`is refused with ${what}, with place and mend`, () => {
      const [found] = problemsOf(document.replace(from, to));
      assert.match(found?.problem ?? '', problem);
      assert.ok(found?.mend);
      assert.deepEqual({ question: found?.question, line: found?.line }, { question, line });
    });
  }

  it('may not make another kind of a question that was answered before', () => {
    const other = surveyOf(document.replace('kind: text', 'kind: yes-no'));
    assert.deepEqual(changedKinds(survey, [survey]), []);
    const [problem] = changedKinds(other, [survey]);
    assert.equal(problem?.question, 'change');
    assert.match(problem.problem, /by yes-no now; in an earlier version it was one by text/);
  });
});

describe('the answers of a form', () => {
  const sent = (fields: Record<string, string>) => (id: string) => fields[id] ?? null;

  it('are what the questions offer, and nothing else', () => {
    const fields = {
      reason: 'pay',
      work: '6',
      again: 'maybe',
      change: ' a\r\nb\u0000 ',
      more: 'x',
    };
    assert.deepEqual(answersFrom(survey, sent(fields)), { reason: 'pay', change: 'a\nb' });
  });

  it('may be blank where nothing is needed, and not too long', () => {
    assert.deepEqual(problemsInAnswers(survey, { reason: 'pay' }), []);
    assert.deepEqual(problemsInAnswers(survey, { change: 'x'.repeat(longestAnswer + 1) }), [
      { question: 'reason', problem: 'missing' },
      { question: 'change', problem: 'too long' },
    ]);
  });
});

describe('the results of a survey', () => {
  it('count everybody, blanks included, and list texts by the alphabet', () => {
    const group = [
      { reason: 'pay', work: '4', change: 'b' },
      { reason: 'pay', work: '1', change: 'a' },
      { reason: 'other', again: 'no' },
    ];
    const [reason, work, again, change] = addUp([survey], group, 'de');
    assert.deepEqual(reason?.counts, [
      { answer: 'pay', text: 'Gehalt', people: 2 },
      { answer: 'other', text: 'Anderes', people: 1 },
    ]);
    assert.deepEqual([work?.average, work?.blank], [2.5, 1]);
    assert.deepEqual([again?.average, again?.blank], [null, 2]);
    assert.deepEqual([change?.texts, change?.counts], [['a', 'b'], []]);
  });

  it('keep questions and choices that are no longer asked', () => {
    const newer = surveyOf(
      document.replace('id: pay,', 'id: money,').replace('id: change', 'id: keep'),
    );
    const results = addUp([newer, survey], [{ reason: 'pay', change: 'x' }], 'en');
    assert.deepEqual(
      results.map((it) => it.id),
      ['reason', 'work', 'again', 'keep', 'change'],
    );
    assert.deepEqual(
      results[0]?.counts.map((it) => `${it.answer} ${it.people}`),
      ['money 0', 'other 0', 'pay 1'],
    );
  });
});
