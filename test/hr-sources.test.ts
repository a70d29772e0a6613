import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decideAboutFeed } from '#app/feeds.ts';
import { receiveHook } from '#app/hooks.ts';
import { changeSetting } from '#app/settings.ts';
import { type FakeEmployee, hiBobDelivery, hiBobEvent } from '#connectors/hibob/fake.ts';
import { type FakePerson, personioDelivery, personioEvent } from '#connectors/personio/fake.ts';
import { isArrival } from '#core/arrival.ts';
import { until } from '#core/testing/until.ts';
import { startHiBobServer } from '../practice/servers/hibob.ts';
import { startPersonioServer } from '../practice/servers/personio.ts';
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

// From events, polls and files to closed doors; one Gatehouse for all of it.

const clientSecret = randomBytes(20).toString('hex');
const webhookToken = `Bearer ${randomBytes(20).toString('hex')}`;
const token = randomBytes(20).toString('hex');
const webhookSecret = randomBytes(20).toString('hex');
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('HR sources', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    await house.set('guardrails', {
      departuresPerHour: 100,
      departuresPerDay: 100,
      groupAtLeast: 100,
    });
    company = await startCompany(house);
    directory = await company.addSystem('directory', 'identity', {
      users: ['Priya', 'Lea', 'Tom', 'Mia', 'Noa', 'Kim', 'Max', 'Old'].map(account),
    });
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  /** Waits for the end of a turn of reading a source that was not over when it was asked for. */
  async function isRead(source: string): Promise<void> {
    await until(`the end of reading ${source}`, async () => {
      const [found] = await gatehouse.rows<{ done: boolean }>(
        'select succeeded_at >= polled_at as done from sources where connection_id = $1',
        source,
      );
      return found?.done;
    });
  }
  async function readAgain(source: string): Promise<void> {
    await gatehouse.rows(
      `update sources set polled_at = null, succeeded_at = succeeded_at - interval '1 hour'
        where connection_id = $1`,
      source,
    );
    await isRead(source);
  }
  const casesOf = (personId: string) =>
    gatehouse.rows<{ state: string }>(
      `select state from case_view where "personId" = $1 order by id`,
      personId,
    );

  describe('HiBob', () => {
    let bob: Awaited<ReturnType<typeof startHiBobServer>>;
    const employee = (name: string, site = 'Berlin'): FakeEmployee => ({
      ...{ firstName: name.split(' ')[0]!, surname: name.split(' ')[1]! },
      ...{ email: account(name).userName, startDate: '2019-08-26', country: 'Germany' },
      lifecycle: [{ effectiveDate: '2019-08-26', status: 'employed' }],
      work: [{ effectiveDate: '2019-08-26', department: 'Sales', title: 'Lead', site }],
    });
    const ended = (effectiveDate: string) => ({ effectiveDate, status: 'terminated' });
    const deliver = (type: string, employeeId: string, secret = webhookSecret, at = new Date()) =>
      receiveHook(gatehouse.app, {
        source: 'bob',
        ...hiBobDelivery(secret, JSON.stringify(hiBobEvent(type, { employeeId }, at))),
      });

    before(async () => {
      const options = { userId: 'SERVICE-1', token, today: () => day(0) };
      const people = {
        101: employee('Priya Nair', 'Auckland'),
        102: employee('Lea Lind'),
        103: employee('Tom Tamm'),
      };
      bob = await startHiBobServer(people, options);
      await gatehouse.connect(
        {
          ...{ id: 'bob', connector: 'hibob' },
          settings: {
            ...{ serviceUserId: 'SERVICE-1', serviceUserToken: token, webhookSecret },
            baseUrl: `${bob.url}/v1`,
            zones: [
              { location: 'Berlin', zone: 'Europe/Berlin' },
              { location: 'Auckland', zone: 'Pacific/Auckland' },
            ],
          },
        },
        [bob.port],
      );
      await isRead('bob');
    });
    after(() => bob.close());

    it('is read from the beginning, and whoever works there neither leaves nor arrives', async () => {
      assert.equal((await gatehouse.rows(`select from people where source = 'bob'`)).length, 3);
      assert.equal((await gatehouse.rows('select from cases')).length, 0);
    });

    it('asks whether somebody is here before it shows its secret, and is answered', async () => {
      const ping = { headers: {}, body: new TextEncoder().encode('"Ping test"') };
      assert.deepEqual(await receiveHook(gatehouse.app, { source: 'bob', ...ping }), {
        kind: 'taken',
      });
      const kept = await gatehouse.rows(`select from deliveries where source = 'bob'`);
      assert.equal(kept.length, 0);
    });

    it('tells of a termination; its day is one of the zone in which the person works', async () => {
      bob.employees['101']!.lifecycle.push(ended(day(30)));
      assert.deepEqual(await deliver('table.entry.created', '101'), { kind: 'taken' });
      const planned = await watch.become('a plan', { id: '101' }, isPlanned);
      assert.equal(planned.case.zone, 'Pacific/Auckland');
      assert.equal(planned.case.employmentEnds, day(30));
      const due = new Date(dueOf(planned, 'block-sign-in@directory:priya')!);
      const local = due.toLocaleString('sv-SE', { timeZone: 'Pacific/Auckland' });
      assert.equal(local, `${day(31)} 00:00:00`, 'at the end of the last day in Auckland');
    });

    it('is believed only what it signed, and says the same again as often as it likes', async () => {
      const { length } = bob.requests;
      assert.equal((await deliver('employee.left', '102', 'another secret')).kind, 'refused');
      const old = new Date(Date.now() - 9 * 86_400_000);
      assert.equal((await deliver('employee.left', '102', webhookSecret, old)).kind, 'refused');
      await watch.quiet();
      assert.equal(bob.requests.length, length);

      const at = new Date();
      await deliver('employee.updated', '101', webhookSecret, at);
      await deliver('employee.updated', '101', webhookSecret, at);
      await deliver('table.entry.updated', '101');
      await watch.heard();
      assert.equal((await casesOf('101')).length, 1);
    });

    it('takes a termination back by no longer showing it, which no event tells', async () => {
      await readAgain('bob');
      bob.employees['101']!.lifecycle.pop();
      await readAgain('bob');
      await watch.become('the end', { id: '101' }, ({ case: it }) => it.state === 'cancelled');
      assert.equal(directory.isActive('priya'), true);
    });

    it('ends access at once when it has ended its own, and a later reading takes nothing back', async () => {
      bob.employees['102']!.lifecycle.push(ended(day(40)));
      await deliver('employee.access.revoked.immediately', '102');
      const cut = await watch.become(
        'access removed',
        { id: '102' },
        (it) => it.case.accessRemovedAt !== null,
      );
      assert.ok(!isArrival(cut.case.departure) && cut.case.departure.urgent);
      assert.equal(cut.case.employmentEnds, day(40));
      assert.equal(directory.isActive('lea'), false);

      await deliver('employee.updated', '102');
      await watch.heard();
      const [later] = await casesOf('102');
      assert.notEqual(later?.state, 'paused', 'there is nothing to ask');
    });

    it('says that access ends at once of somebody who does not leave: a person is asked', async () => {
      await deliver('employee.access.revoked.immediately', '103');
      await until('an alert', async () =>
        (await watch.alerts('intake.question')).some((it) =>
          it.body.includes('the record shows nobody who leaves'),
        ),
      );
      assert.equal(directory.isActive('tom'), true);
    });

    it('is found out by the next reading when an event is lost', async () => {
      bob.employees['103']!.lifecycle.push(ended(day(20)));
      await readAgain('bob');
      const planned = await watch.become('a plan', { id: '103' }, isPlanned);
      assert.equal(planned.case.employmentEnds, day(20));
    });

    const alertsAbout = async (id: string) =>
      (await watch.alerts('intake.question')).filter((it) => it.body.includes(id));
    const rejections = async () =>
      (await gatehouse.rows(`select from ledger.event_ix where type = 'source.rejected'`)).length;

    it('sets somebody without an address aside, tells of it once, and goes on to all others', async () => {
      bob.employees['120'] = { ...employee('Rex Regal'), email: null };
      bob.employees['121'] = {
        ...employee('Sue Sand'),
        lifecycle: [...employee('Sue Sand').lifecycle, ended(day(25))],
      };
      const before = await rejections();
      await readAgain('bob');
      await watch.become('a plan', { id: '121' }, isPlanned);

      const [alert, ...more] = await alertsAbout('number 120');
      assert.match(alert!.body, /no e-mail address.* enter one there\. Mend it in the HR system/);
      assert.deepEqual(more, []);
      bob.employees['120'].terminationReason = 'a change that says nothing';
      await readAgain('bob');
      assert.deepEqual(await alertsAbout('number 120'), [alert]);
      const [{ times }] = (await gatehouse.rows<{ times: number }>(
        `select times from alerts where body = $1`,
        alert!.body,
      )) as [{ times: number }];
      assert.equal(times, 1);
      assert.equal((await rejections()) - before, 1);
    });

    it('asks a person when somebody leaves who was set aside, and anew when the day moves', async () => {
      const { lifecycle } = bob.employees['120']!;
      for (const days of [33, 34]) {
        lifecycle.splice(1, 1, ended(day(days)));
        await readAgain('bob');
        const [alert, ...more] = await alertsAbout('number 120');
        assert.equal(alert!.title, 'Somebody leaves whose record cannot be taken in');
        assert.match(alert!.body, new RegExp(`employment ends ${day(days)}.*no e-mail address`));
        assert.deepEqual(more, []);
      }
      assert.deepEqual(await casesOf('120'), []);
    });

    it('takes somebody in by itself once their record is whole, and asks no more', async () => {
      bob.employees['120']!.email = 'rex@meadow.example';
      await deliver('employee.updated', '120');
      const planned = await watch.become('a plan', { id: '120' }, isPlanned);
      assert.equal(planned.case.employmentEnds, day(34));
      assert.deepEqual(await alertsAbout('number 120'), []);
      assert.deepEqual(await gatehouse.rows('select from people_set_aside'), []);
    });

    it('ends the access of somebody whose address was taken away together with their job', async () => {
      Object.assign(bob.employees['121']!, { email: null, privateEmail: null });
      bob.employees['121']!.lifecycle.splice(1, 1, ended(day(15)));
      await readAgain('bob');
      await watch.become('the new day', { id: '121' }, (it) => it.case.employmentEnds === day(15));
      const [known] = await gatehouse.rows<{ email: string }>(
        `select facts ->> 'email' as email from people where person_id = '121'`,
      );
      assert.equal(known?.email, account('Sue Sand').userName);
      assert.deepEqual(await alertsAbout('number 121'), []);
    });

    it('hides something of one person: they are set aside, and read again when others may have mended it', async () => {
      bob.employees['122'] = { ...employee('Una Unseen'), hidden: ['internal.terminationDate'] };
      await readAgain('bob');
      const [alert] = await alertsAbout('number 122');
      assert.match(alert!.body, /leaves out internal\.terminationDate of employee 122.*permission/);

      await deliver('employee.updated', '122');
      await watch.heard();
      const [again] = await gatehouse.rows<{ times: number }>(
        `select times from alerts where body = $1 and resolved_at is null`,
        alert!.body,
      );
      assert.equal(again?.times, 2, 'an event about them is worth another word');

      bob.employees['122'].hidden = [];
      await gatehouse.rows('update people_set_aside set again_at = now()');
      await readAgain('bob');
      assert.deepEqual(await alertsAbout('number 122'), []);
      assert.equal((await gatehouse.rows(`select from people where person_id = '122'`)).length, 1);
    });

    it('tells of many who cannot be taken in together, until the last one is', async () => {
      const ids = Array.from({ length: 13 }, (_, i) => String(200 + i));
      for (const id of ids) bob.employees[id] = { ...employee(`Nn ${id}`), email: null };
      await readAgain('bob');
      const many = await alertsAbout('people who are set aside');
      assert.match(many[0]!.body, /bob has 13 people who are set aside/);
      assert.equal((await alertsAbout('It has no e-mail address')).length, 11);

      for (const id of ids) bob.employees[id]!.email = `nn${id}@meadow.example`;
      await readAgain('bob');
      assert.deepEqual(await alertsAbout('set aside'), []);
    });

    it('has nobody of a number any more who was set aside: a person is asked', async () => {
      bob.employees['130'] = { ...employee('Gil Gone'), email: null };
      await readAgain('bob');
      assert.equal((await alertsAbout('number 130')).length, 1);
      delete bob.employees['130'];
      await deliver('employee.deleted', '130');
      await until('the question', async () =>
        (await alertsAbout('number 130')).some((it) => it.title.includes('is gone')),
      );
      assert.equal((await alertsAbout('number 130')).length, 1);
    });

    describe('when it says of many at once what cannot be true', () => {
      const crew = Array.from({ length: 24 }, (_, i) => String(7_000 + i));
      const feeds = () =>
        gatehouse.rows<{ id: string; reasons: { kind: string }[]; endedAs: string | null }>(
          `select id, reasons, "endedAs" from feed_batch_view where "setAsideAt" is not null order by id`,
        );
      const leavers = async () =>
        (await gatehouse.rows(`select from case_view where "personId" = any ($1)`, crew)).length;

      before(async () => {
        for (const id of crew) bob.employees[id] = employee(`Crew${id} Nair`);
        await readAgain('bob');
      });

      it('takes nothing of it in, goes on with others, and all of it once it is mended', async () => {
        for (const id of crew) bob.employees[id]!.lifecycle.push(ended(day(5)));
        await readAgain('bob');
        const [feed] = await feeds();
        assert.deepEqual(
          feed?.reasons.map(({ kind }) => kind),
          ['changed', 'same-day'],
        );
        assert.deepEqual([await leavers(), (await watch.alerts('guard.tripped')).length], [0, 1]);

        bob.employees['102']!.lifecycle.push(ended(day(9)));
        await deliver('employee.updated', '102');
        await watch.become('a plan', { id: '102' }, isPlanned);

        for (const id of crew.slice(1)) bob.employees[id]!.lifecycle.pop();
        await readAgain('bob');
        assert.equal((await feeds())[0]!.endedAs, 'taken in');
        assert.deepEqual([await leavers(), await watch.alerts('guard.tripped')], [1, []]);
      });

      it('is asked about people who are missing by the dozen, and one person alone may release it', async () => {
        for (const id of crew.slice(1, 9)) delete bob.employees[id];
        await readAgain('bob');
        const feed = (await feeds())[1]!;
        assert.deepEqual(
          feed.reasons.map(({ kind }) => kind),
          ['shrank'],
        );
        const { admin, app } = gatehouse;
        assert.match((await decideAboutFeed(app, admin, feed.id, 'release')).detail, /^Released/);
        await until('the end of it', async () => (await feeds())[1]!.endedAs === 'taken in');
        assert.equal(await leavers(), 1, 'who is missing does not leave');
        await readAgain('bob');
        assert.equal((await feeds()).length, 2, 'so many are usual now');
      });
    });
  });

  describe('Personio', () => {
    let server: Awaited<ReturnType<typeof startPersonioServer>>;
    const person = (name: string): FakePerson => ({
      ...{ first_name: name.split(' ')[0]!, last_name: name.split(' ')[1]! },
      ...{ email: account(name).userName, updated_at: '2020-01-01T00:00:00Z' },
      employments: [
        { id: `e-${name[0]}`, status: 'ACTIVE', employment_start_date: '2019-08-26', office: '2' },
      ],
    });
    const terminate = (id: string, termination_date: string, type = 'QUIT') => {
      const it = server.persons[id]!;
      it.employments[0]!.termination = { termination_date, type };
      return it;
    };
    const deliver = (name: string, payload: object, at = new Date(), given = webhookToken) =>
      receiveHook(gatehouse.app, {
        source: 'personio',
        ...personioDelivery(given, JSON.stringify(personioEvent(name, payload, at))),
      });

    before(async () => {
      const addressless = (name: string): FakePerson => {
        const { email: _, ...rest } = person(name);
        return rest;
      };
      const long = addressless('Long Gone');
      const { employments } = long;
      Object.assign(employments[0]!, { employment_end_date: day(-400), status: 'INACTIVE' });
      const people = {
        ...{ 501: person('Mia Moves'), 502: person('Noa Next'), 503: person('Zoe Zorn') },
        504: addressless('Ann Ames'),
        505: long,
      };
      server = await startPersonioServer(people, { clientId: 'papi-1', clientSecret });
      await gatehouse.connect(
        {
          ...{ id: 'personio', connector: 'personio' },
          settings: {
            ...{ clientId: 'papi-1', clientSecret, webhookToken, baseUrl: server.url },
            offices: [{ id: '2', name: 'Auckland', zone: 'Pacific/Auckland' }],
          },
        },
        [server.port],
      );
      await isRead('personio');
    });
    after(() => server.close());

    it('is read to its end although somebody has no address; of those who left long ago nobody is told', async () => {
      const told = (await watch.alerts('intake.question')).filter((it) =>
        it.body.startsWith('personio'),
      );
      assert.deepEqual(
        told.map((it) => it.body.match(/number \d+|shows 1 person who left/)?.[0]).toSorted(),
        ['number 504', 'shows 1 person who left'],
      );
      assert.equal(
        (await gatehouse.rows(`select from people where source = 'personio'`)).length,
        3,
      );
    });

    it('is answered before anything is read again, and the day stays one of the office', async () => {
      server.down = true;
      const { length } = server.requests;
      terminate('501', day(30));
      const at = new Date();
      for (const _ of ['first request', 'second request of the attempt']) {
        const taken = await deliver('employment.updated', { person: { id: '501' } }, at);
        assert.deepEqual(taken, { kind: 'taken' });
      }
      await until('the reading that fails', () => Promise.resolve(server.requests.length > length));
      server.down = false;
      const planned = await watch.become('a plan', { id: '501' }, isPlanned);
      assert.equal(planned.case.employmentEnds, day(30));
      const due = new Date(dueOf(planned, 'block-sign-in@directory:mia')!);
      const local = due.toLocaleString('sv-SE', { timeZone: 'Pacific/Auckland' });
      assert.equal(local, `${day(31)} 00:00:00`);
      assert.equal((await casesOf('501')).length, 1);
    });

    it('is believed only with its token', async () => {
      const { length } = server.requests;
      const payload = { person: { id: '502' } };
      assert.equal(
        (await deliver('person.updated', payload, new Date(), 'Bearer x')).kind,
        'refused',
      );
      await watch.quiet();
      assert.equal(server.requests.length, length);
    });

    it('is asked for another token when the one it gave has ended; a fired person is cut at once', async () => {
      server.endTokens();
      terminate('502', day(40), 'FIRED').updated_at = new Date().toISOString();
      await readAgain('personio');
      await watch.become('access removed', { id: '502' }, (it) => it.case.accessRemovedAt !== null);
      assert.equal(directory.isActive('noa'), false);
    });

    it('takes a termination back, and a late event that comes out of order brings nothing back', async () => {
      const ended = server.persons['501']!.employments[0]!;
      delete ended.termination;
      await deliver('employment.updated', { person: { id: '501' } });
      await watch.become('the end', { id: '501' }, ({ case: it }) => it.state === 'cancelled');
      await deliver(
        'employment.terminated',
        { person: { id: '501' } },
        new Date(Date.now() - 9_000),
      );
      await watch.heard();
      assert.deepEqual(
        (await casesOf('501')).map((it) => it.state),
        ['cancelled'],
      );
      assert.equal(directory.isActive('mia'), true);
    });

    it('has deleted somebody who never left: a person is asked, and nobody is made to leave', async () => {
      delete server.persons['503'];
      await deliver('person.deleted', { person: { id: '503' } });
      await until('an alert', async () =>
        (await watch.alerts('intake.question')).some((it) => it.body.includes('the number 503')),
      );
      assert.deepEqual(await casesOf('503'), []);
    });

    it('hires somebody again by another employment, while the old one still has its end', async () => {
      server.persons['502']!.employments.push({
        ...{ id: 'e-again', status: 'ONBOARDING', employment_start_date: day(60), office: '2' },
      });
      await deliver('employment.created', { person: { id: '502' } });
      await until('a rehire', async () => (await casesOf('502')).length === 2);
      assert.equal(directory.isActive('noa'), false, 'nothing is opened before its day');
    });
  });

  describe('a watched folder', () => {
    let folder: string;
    const header = 'person_id,name,email,zone,departure_kind,last_working_day,urgent';
    const row = (id: string, name: string, rest: string) =>
      `${id},${name},${account(name).userName},Pacific/Auckland,${rest}`;
    /** As careful senders do it: whole under another name, then renamed. */
    async function drop(name: string, lines: readonly string[], minutesAgo = 0): Promise<void> {
      const part = path.join(folder, `${name}.part`);
      await writeFile(part, `${[header, ...lines].join('\n')}\n`);
      const at = new Date(Date.now() - minutesAgo * 60_000);
      await utimes(part, at, at);
      await rename(part, path.join(folder, name));
    }
    const lies = (where: string): Promise<string[]> =>
      readdir(path.join(folder, where)).catch(() => []);
    /** The report beside a file that was put away. */
    async function reportOn(name: string, where: 'done' | 'refused'): Promise<string> {
      const file = await until(`the report on ${name} in ${where}`, async () =>
        (await lies(where)).find((it) => it.endsWith(`${name}.report.txt`)),
      );
      return readFile(path.join(folder, where, file), 'utf8');
    }

    before(async () => {
      folder = path.join(gatehouse.dropFolder, 'hr');
      await mkdir(folder, { recursive: true });
      await gatehouse.connect({ id: 'drop', connector: 'csv-drop', settings: { folder: 'hr' } });
    });

    it('takes the first file in; who left long ago is history, and the day is one of the zone', async () => {
      await drop('first.csv', [
        row('K-1', 'Kim Kay', `resignation,${day(30)},`),
        row('K-2', 'Max Moor', ',,'),
        row('K-9', 'Old Timer', `resignation,${day(-90)},`),
      ]);
      const report = await reportOn('first.csv', 'done');
      assert.match(report, /3 rows taken in, 0 refused, 0 to be looked at/);
      assert.match(report, /Left long before this source was first read: 1/);
      assert.match(report, /^SHA-256 [0-9a-f]{64}$/m);
      const planned = await watch.become('a plan', { id: 'K-1' }, isPlanned);
      const due = new Date(dueOf(planned, 'block-sign-in@directory:kim')!);
      const local = due.toLocaleString('sv-SE', { timeZone: 'Pacific/Auckland' });
      assert.equal(local, `${day(31)} 00:00:00`);
      assert.deepEqual([await casesOf('K-2'), await casesOf('K-9')], [[], []]);
    });

    it('takes the same again without doing anything, under any name', async () => {
      await drop('twice.csv', [
        row('K-1', 'Kim Kay', `resignation,${day(30)},`),
        row('K-9', 'Old Timer', `resignation,${day(-90)},`),
      ]);
      assert.match(await reportOn('twice.csv', 'done'), /the same facts again/);
      assert.equal((await casesOf('K-1')).length, 1);
      assert.deepEqual(await casesOf('K-9'), [], 'history stays history');
    });

    it('takes good rows in, names each bad one, and tells somebody', async () => {
      await drop('bad.csv', [
        row('K-2', 'Max Moor', `involuntary,,yes`),
        row('K-3', 'Bad Zone', `vanished,${day(30)},`),
        'K-4,cut off in the mid',
      ]);
      const report = await reportOn('bad.csv', 'refused');
      assert.match(report, /^line 3, column departure_kind: found "vanished"; expected /m);
      assert.match(report, /^line 4: found 2 fields; expected 7/m);
      assert.match(report, /^line 2: .*\(case /m);
      await watch.become('access removed', { id: 'K-2' }, (it) => it.case.accessRemovedAt !== null);
      assert.equal(directory.isActive('max'), false);
      const told = (await watch.alerts('intake.question')).filter((it) =>
        it.body.includes('bad.csv'),
      );
      assert.equal(told.length, 1);
    });

    it('leaves what a newer file said, when an older one comes after it, and says so', async () => {
      await drop('new.csv', [row('K-1', 'Kim Kay', `resignation,${day(40)},`)]);
      await reportOn('new.csv', 'done');
      await drop('old.csv', [row('K-1', 'Kim Kay', `resignation,${day(20)},`)], 60);
      assert.match(await reportOn('old.csv', 'refused'), /LOOK AT THIS: older than what we have/);
      const found = await watch.caseOf({ id: 'K-1' });
      assert.equal(found?.case.employmentEnds ?? found?.case.lastWorkingDay, day(40));
    });

    it('takes arrivals as well', async () => {
      const lines = [
        'person_id,name,email,start_date,arrival_kind',
        `K-7,Ada Arrives,ada.a@meadow.example,${day(50)},arrival`,
      ];
      await writeFile(path.join(folder, 'arrive.csv'), lines.join('\n'));
      assert.match(await reportOn('arrive.csv', 'done'), /1 rows taken in/);
      assert.equal((await casesOf('K-7')).length, 1);
    });

    it('refuses what is no file of people as a whole, and does not take absence for a departure', async () => {
      await writeFile(path.join(folder, 'book.csv'), Buffer.from('504b0304deadbeef', 'hex'));
      assert.match(await reportOn('book.csv', 'refused'), /This is a workbook, not CSV/);
      const latin = `${header}\n${row('K-5', 'Zoé Zorn', ',,')}\n`;
      await writeFile(path.join(folder, 'latin.csv'), Buffer.from(latin, 'latin1'));
      assert.match(await reportOn('latin.csv', 'refused'), /Line 2 is not UTF-8/);
      await drop('nobody.csv', []);
      assert.match(await reportOn('nobody.csv', 'done'), /0 rows taken in/);
      assert.equal((await casesOf('K-1')).at(-1)?.state, 'scheduled');
    });
  });

  it('leave a record in which everything holds together, and their keys nowhere', async () => {
    await changeSetting(gatehouse.app, gatehouse.admin, 'sources', { pollMinutes: 60 });
    await watch.quiet();
    await checkInvariants(gatehouse, {
      secrets: [token, webhookSecret, clientSecret, webhookToken],
    });
  });
});
