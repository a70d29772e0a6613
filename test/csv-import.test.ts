import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '#app/app.ts';
import { decideAboutFeed, listFeeds, showFeed } from '#app/feeds.ts';
import { importPeople, listPeople } from '#app/people.ts';
import { createUser } from '#app/users.ts';
import { until } from '#core/testing/until.ts';
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

  describe('that looks like a mistake as a whole', () => {
    const many = (from: number, day: string) =>
      [
        'person_id,name,email,departure_kind,last_working_day',
        ...Array.from(
          { length: 25 },
          (_, i) =>
            `E-${from + i},Person${from + i} Nair,p${from + i}@meadow.example,layoff,${day}`,
        ),
      ].join('\n');
    const wrong = many(100, `${nextYear}-06-30`);
    const opened = async () =>
      (await gatehouse.rows<{ person: string }>('select person from cases')).length;
    let before: number;
    let sven: Caller;

    it('is set aside before its first row is taken in, and people are told', async () => {
      before = await opened();
      const { people, departures, setAside } = await take(wrong);
      assert.deepEqual({ people, departures }, { people: 0, departures: [] });
      assert.deepEqual(
        setAside?.reasons.map(({ kind }) => kind),
        ['changed', 'same-day'],
      );
      const [alert] = await watch.alerts('guard.tripped');
      assert.match(
        alert!.body,
        /^A file, imported by hand: .*25 of 25 new departures are on the same/,
      );
      assert.deepEqual((await take(wrong)).setAside, setAside, 'sent once more it is the same');
      await assert.rejects(
        take(many(200, `${nextYear}-07-31`)),
        new RegExp(`another one is set aside already, .*gatehouse feed show ${setAside.feed}`),
      );
      await watch.quiet();
      assert.equal(await opened(), before);
      const found = { text: 'E-100', afterName: null, limit: 10 };
      assert.deepEqual(await listPeople(gatehouse.app, gatehouse.admin, found), []);
    });

    it('is taken in once two people release it, in the name of whoever brought it', async () => {
      const { id: feed } = (await listFeeds(gatehouse.app, gatehouse.admin))[0]!;
      const { differences } = await showFeed(gatehouse.app, gatehouse.admin, feed);
      assert.equal(differences.length, 25);
      const email = 'sven@meadow.example';
      const user = await createUser(gatehouse.app, { name: 'Sven', email, roles: ['security'] });
      sven = { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
      const say = (who: Caller) => decideAboutFeed(gatehouse.app, who, feed, 'release');
      assert.match((await say(gatehouse.admin)).detail, /second person/);
      assert.equal(await opened(), before, 'one is not enough');
      assert.match((await say(sven)).detail, /^Released/);

      await until('each to have a departure', async () => (await opened()) === before + 25);
      const [{ openedBy } = { openedBy: null }] = await gatehouse.rows<{ openedBy: string }>(
        `select distinct opened_by as "openedBy" from cases where last_working_day = $1`,
        `${nextYear}-06-30`,
      );
      assert.equal(openedBy, gatehouse.admin.user.id);
      await until('it to be over', async () => {
        const [it] = await listFeeds(gatehouse.app, gatehouse.admin);
        return it?.endedAs === 'taken in';
      });
      assert.deepEqual(
        (await watch.alerts('guard.tripped')).filter(({ body }) => body.startsWith('A file')),
        [],
      );
    });

    it('is not taken in at all where they refuse it', async () => {
      const now = await opened();
      const { setAside } = await take(many(200, `${nextYear}-07-31`));
      for (const who of [gatehouse.admin, sven])
        await decideAboutFeed(gatehouse.app, who, setAside!.feed, 'refuse');
      await until('it to be over', async () => {
        const [it] = await listFeeds(gatehouse.app, gatehouse.admin);
        return it?.endedAs === 'refused';
      });
      assert.equal(await opened(), now);
      assert.deepEqual(await gatehouse.rows('select from feed_rows'), []);
    });
  });

  it('that cannot be read at all is refused with one sentence', async () => {
    await assert.rejects(take('Name;Address\r\nPriya;Berlin'), /lacks person_id, email/);
    await checkInvariants(gatehouse);
  });
});
