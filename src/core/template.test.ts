import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillIn, onOneLine, problemInTemplate, type Values } from './template.ts';

const values: Values = {
  'person.name': 'Priya {person.email} Nair',
  'person.email': 'priya@meadow.example',
  'person.title': null,
  'person.department': ' ',
  'person.location': 'Berlin',
  'departure.kind': 'layoff',
  'access ends': '2026-12-31 17:00 (Europe/Berlin)',
  'last working day': '2026-12-31',
  'employment ends': '2026-12-31',
  'pay ends': '2026-12-31',
};

describe('a template', () => {
  it('is filled in once, so that a value is never read as a template', () => {
    assert.deepEqual(fillIn('{person.name} in { person.location }', values), {
      text: 'Priya {person.email} Nair in Berlin',
      unknown: [],
    });
  });

  it('says what nobody filled', () => {
    assert.deepEqual(fillIn('{person.title}, {person.department}', values), {
      text: '(not known), (not known)',
      unknown: ['person.title', 'person.department'],
    });
  });

  it('takes no placeholder that is not in the list', () => {
    assert.equal(problemInTemplate('{person.name} {access ends}'), null);
    const problem = problemInTemplate('{person.nam}');
    assert.equal(problem?.problem, '“{person.nam}” is not a placeholder.');
    assert.ok(problem.mend.startsWith('Did you mean “{person.name}”? Possible: {person.name}, '));
    for (const text of ['{departure.reason}', '{constructor}', '{}', '{__proto__}'])
      assert.ok(problemInTemplate(text), text);
  });
});

describe('a subject', () => {
  it('stays one line whatever a name contains', () => {
    assert.equal(onOneLine('Eve\r\nBcc: all@meadow.example\u0000 '), 'Eve Bcc: all@meadow.example');
  });
});
