import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { DepartureFacts } from '#core/departure.ts';
import { PersonFacts } from '#core/person.ts';
import { readPeopleCsv } from './csv.ts';
import { maximumCsvRows } from './csv-cells.ts';
import { maximumCsvBytes } from './csv-lines.ts';
import { columns } from './csv-row.ts';

const today = '2026-11-20';
const read = (text: string, options: { knownZones?: ReadonlySet<string> } = {}) =>
  readPeopleCsv(new TextEncoder().encode(text), { today, ...options });

const header =
  'person_id,name,email,zone,country,employment_type,urgent,start_date,departure_kind,last_working_day,access_ends,employment_ends,pay_ends,reason';
const row = (cells: Record<string, string>) =>
  header
    .split(',')
    .map((column) => cells[column] ?? '')
    .join(',');
const ada = { person_id: 'E-1', name: 'Ada', email: 'ada@meadow.example' };
const leaving = { ...ada, departure_kind: 'resignation', last_working_day: '2026-12-18' };
const inFile = (...rows: string[]) => [header, ...rows].join('\n');

describe('a file of people', () => {
  it('needs only an id, a name and an address', () => {
    const report = read('person_id,name,email\nE-1,Ada,ada@meadow.example\n');

    assert.deepEqual(report, {
      problem: null,
      rows: [
        {
          line: 2,
          person: {
            personId: 'E-1',
            employmentId: 'E-1',
            name: 'Ada',
            email: 'ada@meadow.example',
            personalEmail: null,
            department: null,
            title: null,
            managerId: null,
            location: null,
            country: null,
            region: null,
            zone: null,
            employmentType: null,
            tags: [],
            startDate: null,
          },
          departure: null,
          arrival: null,
          successor: null,
        },
      ],
      refused: [],
      unknownColumns: [],
    });
  });

  it('may say who takes over, which is never the person who leaves', () => {
    const file = (successor: string) =>
      'person_id,name,email,departure_kind,last_working_day,successor_id\n' +
      `E-1,Ada,ada@meadow.example,resignation,2026-12-18,${successor}\n`;

    assert.equal(read(file('E-9')).rows[0]?.successor, 'E-9');
    assert.equal(read(file('')).rows[0]?.successor, null);
    assert.equal(read(file('E-1')).refused[0]?.expected, 'the id of somebody else');
  });

  it('may carry departures, which keep their id when a date is corrected', () => {
    const [first] = read(inFile(row(leaving))).rows;
    const [corrected] = read(inFile(row({ ...leaving, last_working_day: '2027-01-15' }))).rows;

    assert.deepEqual(first?.departure, {
      id: 'csv:E-1:E-1',
      kind: 'resignation',
      urgent: false,
      confidential: false,
      accessEnds: null,
      lastWorkingDay: '2026-12-18',
      employmentEnds: null,
      payEnds: null,
      reason: null,
    });
    assert.equal(corrected?.departure?.id, first.departure.id);
    assert.equal(corrected.departure.lastWorkingDay, '2027-01-15');
  });

  it('gives facts that fit the words of the product', () => {
    const [it] = read(
      inFile(row({ ...leaving, access_ends: '2026-12-18T17:00', urgent: 'YES' })),
    ).rows;
    assert.deepEqual(PersonFacts.parse(it?.person), it?.person);
    assert.deepEqual(DepartureFacts.parse(it?.departure), it?.departure);
  });

  it('is read with a byte-order mark, semicolons, any order and case, blanks and Windows lines', () => {
    const report = read(
      '\ufeff EMAIL ; Name;Person ID;Departure-Kind;Pay_Ends;;\r\nada@meadow.example; "Ada; Countess" ;E-1;Retirement;2026-12-31;;\r\n;;;;;;\r\n\r\n   \r\n',
    );
    assert.deepEqual(report.refused, []);
    assert.equal(report.rows[0]?.person.name, 'Ada; Countess');
    assert.equal(report.rows[0]?.departure?.kind, 'retirement');
    assert.equal(report.rows.length, 1);
  });

  it('may begin a field in one line and end it in another, and counts lines as the editor does', () => {
    const report = read(
      inFile(
        row({ ...leaving, reason: '"Said ""yes"",\nthen left"' }),
        row({ ...ada, person_id: '' }),
      ),
    );
    assert.equal(report.rows[0]?.departure?.reason, 'Said "yes",\nthen left');
    assert.equal(report.refused[0]?.line, 4);
  });

  it('names the columns nobody asked for, and leaves them alone', () => {
    const report = read('person_id,name,email,Shoe Size,,shoe colour\nE-1,Ada,a@b,42,x,red\n');
    assert.deepEqual(report.unknownColumns, [
      'Shoe Size',
      'column 5, which has no name',
      'shoe colour',
    ]);
    assert.equal(report.rows.length, 1);
  });

  it('may end its lines with empty columns that nobody named, but not hide anything there', () => {
    const report = read('person_id;name;email;;\nE-1;Ada;a@b;;\nE-2;Bo;b@b\nE-3;Cy;c@b;;x\n');
    assert.deepEqual(
      report.rows.map((it) => it.line),
      [2, 3],
    );
    assert.equal(report.refused[0]?.found, '5 fields');
  });

  it('understands the words that spreadsheets use for yes and no', () => {
    for (const [word, urgent] of [
      ...['yes', 'TRUE', '1'].map((it) => [it, true] as const),
      ...['No', 'false', '0', ''].map((it) => [it, false] as const),
    ]) {
      const [found] = read(inFile(row({ ...leaving, urgent: word }))).rows;
      assert.equal(found?.departure?.urgent, urgent, word);
    }
  });

  it('lets an urgent or involuntary departure do without a date', () => {
    const undated = { ...ada, departure_kind: 'involuntary' };
    const urgent = { ...ada, departure_kind: 'layoff', urgent: 'yes' };
    assert.equal(read(inFile(row(undated))).rows[0]?.departure?.lastWorkingDay, null);
    assert.equal(read(inFile(row(urgent))).rows[0]?.departure?.urgent, true);
  });

  it('tells two employments of one person apart', () => {
    const report = read(
      'person_id,employment_id,name,email,departure_kind,employment_ends\nE-1,1,Ada,a@b,resignation,2026-12-31\nE-1,2,Ada,a@b,,\n',
    );
    assert.deepEqual(report.refused, []);
    assert.deepEqual(
      report.rows.map((it) => [it.person.employmentId, it.departure?.id ?? null]),
      [
        ['1', 'csv:E-1:1'],
        ['2', null],
      ],
    );
  });

  it('tells one change of role from the next by its day, and an arrival by none', () => {
    const coming = (kind: string, day: string) =>
      `person_id,name,email,arrival_kind,start_date\nE-1,Ada,ada@meadow.example,${kind},${day}\n`;
    const idOf = (text: string) => read(text).rows[0]?.arrival?.id;

    assert.equal(idOf(coming('role change', '2026-12-01')), 'csv:role change:E-1:E-1:2026-12-01');
    assert.notEqual(
      idOf(coming('role change', '2027-06-01')),
      idOf(coming('role change', '2026-12-01')),
    );
    assert.equal(idOf(coming('arrival', '2026-12-08')), idOf(coming('arrival', '2026-12-01')));
  });

  it('may be judged by another list of zones', () => {
    const moon = inFile(row({ ...ada, zone: 'Moon/Tycho' }));
    assert.equal(read(moon, { knownZones: new Set(['Moon/Tycho']) }).rows.length, 1);
    assert.equal(read(moon).refused[0]?.column, 'zone');
  });

  it('cuts tags at bars, and at commas and semicolons in quotation marks', () => {
    const report = read(
      'person_id,name,email,tags\nE-1,Ada,a@b, union | night shift |\nE-2,Bo,b@b,"x,y;z"\n',
    );
    assert.deepEqual(
      report.rows.map((it) => it.person.tags),
      [
        ['union', 'night shift'],
        ['x', 'y', 'z'],
      ],
    );
  });
});

describe('a file that cannot be taken at all', () => {
  const problemWith = (bytes: Uint8Array | string): string => {
    const given = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    const report = readPeopleCsv(given, { today });
    assert.deepEqual([report.rows, report.refused], [[], []]);
    return report.problem ?? 'none';
  };

  it('says what is wrong and what to do', () => {
    assert.equal(problemWith(''), 'The file is empty.');
    assert.equal(problemWith('\ufeff\r\n\r\n'), 'The file is empty.');
    assert.equal(
      problemWith('E-1,Ada,ada@meadow.example\n'),
      'The first line must name the columns. It lacks person_id, name, email; found: e_1, ada, ada@meadow.example.',
    );
    assert.match(
      problemWith('person_id\tname\temail\nE-1\tAda\ta@b\n'),
      /lacks person_id, name, email/,
    );
    assert.equal(
      problemWith('person_id,name,email,Zone,zone\n'),
      'The column zone stands in the header twice. Take one of them away.',
    );
    assert.match(problemWith('person_id,"name,email\n'), /header in line 1 cannot be read/);
    assert.equal(
      problemWith(Buffer.from('person_id,name,email\nE-1,Ada,a@b\nE-2,Zoë,z@b\n', 'latin1')),
      'Line 3 is not UTF-8. Save the file as "CSV UTF-8" and send that.',
    );
    assert.match(problemWith(Buffer.from('\ufeffperson_id', 'utf16le')), /UTF-16/);
    assert.match(problemWith('PK\u0003\u0004 and the rest of a workbook'), /workbook, not CSV/);
    assert.match(problemWith(new Uint8Array(maximumCsvBytes + 1)), /10\.0 MB; at most 10 MB/);
  });

  it('has more rows than anybody has people, but one row less is fine', () => {
    const rows = (count: number) =>
      `person_id,name,email\n${Array.from({ length: count }, (_, i) => `E-${i},A,a@b`).join('\n')}\n`;
    assert.equal(
      problemWith(rows(maximumCsvRows + 1)),
      'The file has 50001 rows; at most 50000 are taken. Split it in two.',
    );
    assert.equal(read(rows(maximumCsvRows)).rows.length, maximumCsvRows);
  });

  it('may name one person in all its rows without taking forever', () => {
    const report = read(`person_id,name,email\n${'E-1,A,a@b\n'.repeat(maximumCsvRows)}`);
    assert.equal(report.rows.length, 0);
    assert.equal(report.refused.length, maximumCsvRows);
    assert.match(report.refused[9]!.found, /in line 2, 3, 4 and more/);
  });
});

describe('the example for HR', () => {
  const page = readFileSync(new URL('../../docs/connect/csv.md', import.meta.url), 'utf8');

  it('goes in without a refusal', () => {
    const example = /```csv\n(.*?)```/s.exec(page)?.[1] ?? '';
    const report = read(example);

    assert.deepEqual([report.problem, report.refused, report.unknownColumns], [null, [], []]);
    assert.deepEqual(
      report.rows.map((it) => [it.person.name, it.departure?.kind ?? 'stays']),
      [
        ['Marta Silva', 'stays'],
        ['Nair, Priya', 'resignation'],
        ['Jonas Weber', 'end of contract'],
        ['Tom Okafor', 'involuntary'],
      ],
    );
  });

  it('names every column that is read', () => {
    for (const column of columns) assert.ok(page.includes(`\`${column}\``), column);
  });
});
