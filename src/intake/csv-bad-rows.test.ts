import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPeopleCsv } from './csv.ts';

const today = '2026-11-20';
const read = (text: string) => readPeopleCsv(new TextEncoder().encode(text), { today });

const header =
  'person_id,name,email,zone,country,employment_type,urgent,start_date,departure_kind,last_working_day,access_ends,employment_ends,pay_ends,reason';
const width = header.split(',').length;
const row = (cells: Record<string, string>) =>
  header
    .split(',')
    .map((column) => cells[column] ?? '')
    .join(',');
const ada = { person_id: 'E-1', name: 'Ada', email: 'ada@meadow.example' };
const leaving = { ...ada, departure_kind: 'resignation', last_working_day: '2026-12-18' };
const inFile = (...rows: string[]) => [header, ...rows].join('\n');

describe('a bad row', () => {
  const kinds =
    'resignation, involuntary, layoff, retirement, end of contract, garden leave, death, long leave';
  const departing = (change: Record<string, string>) => row({ ...leaving, ...change });
  const person = (change: Record<string, string>) => row({ ...ada, ...change });
  const quotes = 'a field with commas or quotation marks stands in quotation marks, doubled inside';
  const aDay = 'a day that exists, such as 2026-12-31';
  const aTime = 'a local date and time without zone, such as 2026-12-31T17:00';
  const aTruth = 'yes, no, true, false, 1 or 0';
  const anId = 'an id of 1 to 200 characters on one line';
  const near = 'a day at most 50 years ago and 50 years ahead';

  const bad: [what: string, row: string, column: string | null, found: string, expected: string][] =
    [
      [
        'no id',
        person({ person_id: '' }),
        'person_id',
        'nothing',
        'the id of the person in the HR system',
      ],
      ['no name', person({ name: '  ' }), 'name', 'nothing', 'the name of the person'],
      ['no address', person({ email: '' }), 'email', 'nothing', 'the e-mail address at work'],
      [
        'an id too long',
        person({ person_id: 'x'.repeat(201) }),
        'person_id',
        `"${'x'.repeat(60)}…"`,
        anId,
      ],
      ['a NUL in the id', person({ person_id: 'E\0-1' }), 'person_id', '"E\\u0000-1"', anId],
      [
        'a NUL in the name',
        person({ name: 'A\0da' }),
        'name',
        '"A\\u0000da"',
        'text without control characters',
      ],
      [
        'a name too long',
        person({ name: 'y'.repeat(2001) }),
        'name',
        `"${'y'.repeat(60)}…"`,
        'text of at most 2000 characters',
      ],
      [
        'an address without @',
        person({ email: 'ada.meadow' }),
        'email',
        '"ada.meadow"',
        'one e-mail address, such as priya@meadow.example',
      ],
      [
        'two addresses',
        person({ email: '"ada@a.example;ada@b.example"' }),
        'email',
        '"ada@a.example;ada@b.example"',
        'one e-mail address, such as priya@meadow.example',
      ],
      [
        'an address with a name',
        person({ email: 'Ada <ada@meadow.example>' }),
        'email',
        '"Ada <ada@meadow.example>"',
        'one e-mail address, such as priya@meadow.example',
      ],
      [
        'an unknown zone',
        person({ zone: 'Europe/Berln' }),
        'zone',
        '"Europe/Berln"',
        'a known IANA time zone, such as Europe/Berlin',
      ],
      [
        'an offset as zone',
        person({ zone: '+01:00' }),
        'zone',
        '"+01:00"',
        'a known IANA time zone, such as Europe/Berlin',
      ],
      [
        'a country by name',
        person({ country: 'Germany' }),
        'country',
        '"Germany"',
        'a country code of two letters, such as DE',
      ],
      [
        'an unknown employment type',
        person({ employment_type: 'pirate' }),
        'employment_type',
        '"pirate"',
        'one of: employee, contractor, temporary, intern',
      ],
      [
        'a start that does not exist',
        person({ start_date: '2026-02-29' }),
        'start_date',
        '"2026-02-29"',
        aDay,
      ],
      [
        'a start in another century',
        person({ start_date: '1026-02-01' }),
        'start_date',
        '"1026-02-01"',
        'a day at most 80 years ago and 50 years ahead',
      ],
      [
        'an unknown kind',
        departing({ departure_kind: 'fired' }),
        'departure_kind',
        '"fired"',
        `one of: ${kinds}`,
      ],
      [
        'a day in German',
        departing({ last_working_day: '18.12.2026' }),
        'last_working_day',
        '"18.12.2026"',
        aDay,
      ],
      [
        'a day in American',
        departing({ pay_ends: '12/18/2026' }),
        'pay_ends',
        '"12/18/2026"',
        aDay,
      ],
      ['a day as a number of Excel', departing({ pay_ends: '46374' }), 'pay_ends', '"46374"', aDay],
      [
        'a day that does not exist',
        departing({ employment_ends: '2026-11-31' }),
        'employment_ends',
        '"2026-11-31"',
        aDay,
      ],
      [
        'a year too far ahead',
        departing({ employment_ends: '2206-12-31' }),
        'employment_ends',
        '"2206-12-31"',
        near,
      ],
      [
        'a year too far back',
        departing({ last_working_day: '1926-12-18' }),
        'last_working_day',
        '"1926-12-18"',
        near,
      ],
      [
        'a time too far ahead',
        departing({ access_ends: '2206-12-31T17:00' }),
        'access_ends',
        '"2206-12-31T17:00"',
        near,
      ],
      [
        'a moment instead of a local time',
        departing({ access_ends: '2026-12-18T17:00Z' }),
        'access_ends',
        '"2026-12-18T17:00Z"',
        aTime,
      ],
      [
        'a local time with an offset',
        departing({ access_ends: '2026-12-18T17:00+01:00' }),
        'access_ends',
        '"2026-12-18T17:00+01:00"',
        aTime,
      ],
      [
        'a time without its T',
        departing({ access_ends: '2026-12-18 17:00' }),
        'access_ends',
        '"2026-12-18 17:00"',
        aTime,
      ],
      [
        'an hour that does not exist',
        departing({ access_ends: '2026-12-18T25:00' }),
        'access_ends',
        '"2026-12-18T25:00"',
        aTime,
      ],
      [
        'a word that is neither yes nor no',
        departing({ urgent: 'maybe' }),
        'urgent',
        '"maybe"',
        aTruth,
      ],
      [
        'a departure without any date',
        departing({ last_working_day: '' }),
        'departure_kind',
        '"resignation" without any date',
        'one of last_working_day, access_ends, employment_ends, pay_ends, or urgent',
      ],
      [
        'a date without a kind',
        departing({ departure_kind: '' }),
        'departure_kind',
        'nothing, but last_working_day is given',
        `one of: ${kinds}`,
      ],
      [
        'urgent without a kind',
        person({ urgent: 'yes' }),
        'departure_kind',
        'nothing, but urgent is given',
        `one of: ${kinds}`,
      ],
      [
        'a reason without a kind',
        person({ reason: 'left' }),
        'departure_kind',
        'nothing, but reason is given',
        `one of: ${kinds}`,
      ],
      [
        'a last working day after the employment',
        departing({ employment_ends: '2026-12-17' }),
        'last_working_day',
        '"2026-12-18"',
        'a day not after employment_ends, 2026-12-17',
      ],
      [
        'a comma that should be in quotation marks',
        person({ name: 'Nair, Priya' }),
        null,
        `${width + 1} fields`,
        `${width}, as in the header; a comma inside a field needs quotation marks`,
      ],
      [
        'a line cut short',
        'E-1,Ada',
        null,
        '2 fields',
        `${width}, as in the header; a comma inside a field needs quotation marks`,
      ],
      [
        'a quotation mark never closed',
        person({ name: '"Ada' }),
        null,
        'a quotation mark that is never closed',
        quotes,
      ],
      [
        'a quotation mark in the middle',
        person({ name: 'Ada "Ace" Byron' }),
        null,
        'a quotation mark in the middle of a field',
        quotes,
      ],
      [
        'text after a closing mark',
        person({ name: '"Ada" Byron' }),
        null,
        'a quotation mark in the middle of a field',
        quotes,
      ],
      [
        'a name on two lines',
        person({ name: '"Ada\nByron"' }),
        'name',
        '"Ada\\nByron"',
        'text on one line; is a quotation mark missing?',
      ],
    ];
  assert.ok(bad.length >= 30);

  for (const [what, text, column, found, expected] of bad) {
    it(`is reported and takes no other with it: ${what}`, () => {
      const before = row({ person_id: 'E-8', name: 'Before', email: 'before@meadow.example' });
      const after = row({ person_id: 'E-9', name: 'After', email: 'after@meadow.example' });

      const report = read(inFile(before, text, after));

      assert.deepEqual(report.refused, [{ line: 3, column, found, expected }]);
      assert.deepEqual(
        report.rows.map((it) => it.person.personId),
        ['E-8', 'E-9'],
      );
    });
  }

  it('is reported once for each thing that is wrong', () => {
    const report = read(inFile(departing({ email: 'ada', zone: 'Mars', pay_ends: 'soon' })));
    assert.deepEqual(
      report.refused.map((it) => it.column),
      ['email', 'zone', 'pay_ends'],
    );
  });

  it('is every row that names the same employment, for nobody can tell which one holds', () => {
    const report = read(inFile(row(leaving), row({ ...ada, person_id: 'E-2' }), row(ada)));
    assert.deepEqual(report.refused, [
      {
        line: 2,
        column: 'person_id',
        found: 'the same person and employment as in line 4',
        expected: 'each employment of a person once',
      },
      {
        line: 4,
        column: 'person_id',
        found: 'the same person and employment as in line 2',
        expected: 'each employment of a person once',
      },
    ]);
    assert.deepEqual(
      report.rows.map((it) => it.line),
      [3],
    );
  });

  it('does not hide rows between two open quotation marks', () => {
    const open = (id: string) => row({ ...leaving, person_id: id, reason: '"open' });
    const closed = (id: string) => row({ ...leaving, person_id: id, reason: 'closed"' });
    const good = row({ ...ada, person_id: 'E-5' });

    const report = read(inFile(open('E-4'), good, closed('E-6')));

    assert.deepEqual(
      report.refused.map((it) => it.line),
      [2, 4],
    );
    assert.equal(report.rows[0]?.person.personId, 'E-5');
  });

  it('never takes a good row with it, wherever the two stand', () => {
    const good = (i: number) => row({ person_id: `G-${i}`, name: `Good ${i}`, email: `g${i}@b` });
    // A small generator with a fixed seed: the same files in every run.
    let seed = 42;
    const next = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const single = bad.filter(([, text]) => !text.includes('\n'));

    for (let file = 0; file < 200; file++) {
      const chosen = Array.from({ length: 1 + next(12) }, (_, i) =>
        next(2) === 0 ? good(i) : single[next(single.length)]![1].replace('E-1,', `B-${i},`),
      );
      const report = read(inFile(...chosen));
      const isGood = (i: number) => chosen[i]!.startsWith('G-');
      const expected = chosen.flatMap((_, i) => (isGood(i) ? [i + 2] : []));

      assert.deepEqual(
        report.rows.map((it) => it.line),
        expected,
      );
      const reported = new Set(report.refused.map((it) => it.line));
      assert.equal(reported.size, chosen.length - expected.length);
    }
  });
});
