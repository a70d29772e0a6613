import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { importPeople, listPeople } from '#app/people.ts';
import {
  account,
  type Company,
  houseOf,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { dueOf, isPlanned, watching } from './support/watch.ts';

const nextYear = new Date().getUTCFullYear() + 1;
const file = (lastDay: string, name = 'Noël Nair') =>
  [
    'Person ID;Name;E-mail;email;zone;departure_kind;last_working_day;urgent;shoe size',
    `E-1;Priya Nair;;priya@meadow.example;Europe/Berlin;resignation;${lastDay};;38`,
    'E-2;Lea Lind;;lea@meadow.example;Asia/Tokyo;;;;40',
    'E-3;Tom Tamm;;tom@meadow.example;;involuntary;;yes;44',
    'E-4;Kim Kay;;not an address;;;;;41',
    'E-5;Max Moor;;max@meadow.example;;vanished;2031-01-01;;42',
    `E-6;${name};;noel@meadow.example;;;${lastDay};;43`,
    'E-2;Lea Lind;;lea@meadow.example;Asia/Tokyo;;;;40',
  ].join('\r\n');

describe('a file of people and departures', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const users = ['Priya', 'Tom'].map(account);
    directory = await company.addSystem('directory', 'identity', { users });
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const take = (text: string) =>
    importPeople(gatehouse.app, gatehouse.admin, Buffer.from(`\ufeff${text}`));
  const counts = () =>
    gatehouse.rows<{ table: string; count: number }>(`
      select 'people' as table, count(*)::int, max(heard_at)::text as newest from people
      union all select 'cases', count(*)::int, sum(version)::text from cases
      union all select 'steps', count(*)::int, sum(version)::text from steps`);

  it('goes in row by row: good ones count, and each bad one says what is wrong where', async () => {
    const report = await take(file(`${nextYear}-03-31`));

    const refused = report.refused.map(({ line, column }) => `${line} ${column}`);
    assert.deepEqual(refused.toSorted(), [
      '3 person_id',
      '5 email',
      '6 departure_kind',
      '7 departure_kind',
      '8 person_id',
    ]);
    assert.deepEqual(report.unknownColumns, ['E-mail', 'shoe size']);
    assert.deepEqual({ people: report.people, changed: report.changed }, { people: 2, changed: 2 });
    assert.deepEqual(
      report.departures.map(({ line, detail }) => `${line} ${detail}`),
      ['2 departure opened', '4 departure opened'],
    );

    const priya = await watch.become('a plan', { id: 'E-1' }, isPlanned);
    assert.equal(priya.case.state, 'scheduled');
    assert.equal(priya.case.source, 'csv');
    // The end of 31 March in Berlin, where it is summer by then.
    assert.equal(dueOf(priya, 'block-sign-in@directory:priya'), `${nextYear}-03-31T22:00:00.000Z`);
    await watch.become('access removed', { id: 'E-3' }, (it) => it.case.accessRemovedAt !== null);
    assert.deepEqual(directory.done(), ['tom suspended']);
  });

  it('taken in again changes nothing at all', async () => {
    await watch.quiet();
    const before = await counts();
    const report = await take(file(`${nextYear}-03-31`));
    await watch.quiet();

    assert.equal(report.changed, 0);
    assert.deepEqual(
      report.departures.map((it) => it.detail),
      ['the same facts again', 'the same facts again'],
    );
    assert.deepEqual(await counts(), before);
    assert.deepEqual(directory.done(), ['tom suspended']);
  });

  it('with a corrected row moves the departure, and starts none for who is missing', async () => {
    const before = (await watch.caseOf({ id: 'E-1' }))!.case.id;
    const [header, priya] = file(`${nextYear}-05-31`).split('\r\n');
    const report = await take(`${header}\r\n${priya}`);

    assert.deepEqual(
      report.departures.map((it) => it.detail),
      ['changed: dates'],
    );
    const moved = await watch.become('the new day', { id: 'E-1' }, isPlanned);
    assert.equal(moved.case.id, before);
    assert.equal(moved.case.lastWorkingDay, `${nextYear}-05-31`);
    assert.equal((await gatehouse.rows('select from cases')).length, 2);
    const people = await listPeople(gatehouse.app, gatehouse.admin, {
      ...{ text: null, afterName: null, limit: 10 },
    });
    assert.deepEqual(
      people.map((it) => it.name),
      ['Mona Manager', 'Priya Nair', 'Tom Tamm'],
    );
  });

  it('that cannot be read at all is refused with one sentence', async () => {
    await assert.rejects(take('Name;Address\r\nPriya;Berlin'), /lacks person_id, email/);
    await checkInvariants(gatehouse);
  });
});
