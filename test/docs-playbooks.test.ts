import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { capabilities } from '#core/capability.ts';
import { Condition } from '#core/condition.ts';
import { fields } from '#core/condition-document.ts';
import { categories } from '#core/connection.ts';
import { departureKinds } from '#core/departure-kind.ts';
import { problemsIn } from '#core/document.ts';
import { parseMoment } from '#core/moment.ts';
import { employmentTypes } from '#core/person.ts';
import { checkPlaybook, type PlaybookProblem, readPlaybook } from '#core/playbook.ts';
import { placeholders } from '#core/template.ts';
import { okta, playbookText, slack } from '../src/core/testing/planning.ts';
import { page, quoted, rowsIn, section } from './support/pages.ts';

const language = page('docs/connect/playbooks.md');
const connected = [okta, { ...slack, carriesNotices: true }];

/** Everything that keeps a document from being published. */
function errorsIn(text: string): readonly PlaybookProblem[] {
  const read = readPlaybook(text);
  const found =
    'problems' in read ? read.problems : checkPlaybook(read.playbook, connected, read.lines);
  return found.filter((it) => it.severity === 'error');
}

const blocks = (purpose: string) => language.blocks.filter((it) => it.purpose === purpose);
const firstColumn = (heading: string) =>
  rowsIn(section(language, heading)).flatMap(([cell = '']) => quoted(cell));

describe('docs/connect/playbooks.md', () => {
  it('shows playbooks that can be published', () => {
    assert.ok(blocks('playbook').length > 0);
    for (const { text } of blocks('playbook')) assert.deepEqual(errorsIn(text), []);
  });

  it('shows conditions that can be read', () => {
    assert.ok(blocks('condition').length > 0);
    for (const { text } of blocks('condition')) Condition.parse(parse(text));
  });

  it('gives each refusal in the words of the program', () => {
    const refused = blocks('refused');
    assert.ok(refused.length > 0);
    for (const { text, line } of refused) {
      const steps = text.replace(/^(?=.)/gm, '  ');
      const [found] = errorsIn(playbookText(steps));
      const told = language.blocks.find((it) => it.line > line);
      assert.equal(`${found?.problem}\n${found?.mend}\n`, told?.text, `line ${line}`);
    }
  });

  it('names every field with what it can be compared by', () => {
    const rows = rowsIn(section(language, 'Conditions'));
    assert.deepEqual(
      rows.map(([field = '']) => quoted(field)[0]),
      fields,
    );
    for (const [field = '', , operators = ''] of rows) {
      const document = { field: quoted(field)[0] };
      const result = Condition.safeParse(document);
      const [problem] = result.success ? [] : problemsIn(result.error, document);
      assert.equal(problem?.mend, `Add one of: ${quoted(operators).join(', ')}.`);
    }
    const held = (field: string) => quoted(rows.find(([it]) => it === `\`${field}\``)?.[1] ?? '');
    assert.deepEqual(held('departure.kind'), departureKinds);
    assert.deepEqual(held('person.employment type'), employmentTypes);
  });

  it('names every capability and every category', () => {
    const named = firstColumn('Actions');
    const known = Object.keys(capabilities);
    assert.deepEqual(
      named.filter((it) => it.includes('.')),
      known,
    );
    const [, list = ''] = /Categories: ([^.]+)\./.exec(language.text) ?? [];
    assert.deepEqual(quoted(list), categories);
  });

  it('names every placeholder', () => {
    const text = section(language, 'Notices');
    const named = quoted(text).filter((it) => it.startsWith('{') && !it.includes(':'));
    assert.deepEqual(
      named,
      placeholders.map((it) => `{${it}}`),
    );
  });

  it('writes moments that can be read', () => {
    const moments = firstColumn('`at` and `due`');
    assert.ok(moments.length > 8);
    for (const it of moments) assert.ok('moment' in parseMoment(it), it);
  });
});
