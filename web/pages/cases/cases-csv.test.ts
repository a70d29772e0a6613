import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { casesCsv } from './cases-csv.ts';
import { aCase } from './testing/case.ts';

const say = { column: (it: string) => it, state: () => 'Running' };
const named = (name: string) => aCase({ person: { ...aCase({}).person, name } });

describe('a list as a file', () => {
  it('has a row for each case, and says what commas and quotes stand in', () => {
    const [head, first, second, end] = casesCsv(
      [named('Nair, Priya "PN"'), named('Lea')],
      say,
    ).split('\r\n');
    assert.match(head!, /^person,personId,/);
    assert.match(first!, /^"Nair, Priya ""PN""",E-1,/);
    assert.match(second!, /^Lea,E-1,/);
    assert.equal(end, '');
  });

  it('holds nothing that a spreadsheet would carry out', () => {
    for (const name of ['=1+1', '+1', '-1', '@sum', '\t=1']) {
      const [, row] = casesCsv([named(name)], say).split('\r\n');
      assert.ok(row!.startsWith(`'${name}`), row);
    }
  });
});
