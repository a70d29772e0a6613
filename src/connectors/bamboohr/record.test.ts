import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EmploymentRecord } from '#core/lifecycle.ts';
import type { FakeEmployee, FakeStatus } from './fake.ts';
import { bambooHr } from './index.ts';
import { answering, ended, failureOf, priya, type SetUp, setUp } from './test-company.ts';

const departureOf = async (employee: FakeEmployee, given: SetUp = {}) =>
  (await setUp(employee, given).read())?.departure ?? null;

describe('the record of an employee', () => {
  it('holds the person, and no departure as long as nobody entered one', async () => {
    const record = await setUp(priya(), {
      extra: { zones: [{ location: 'berlin', zone: 'Europe/Berlin' }] },
    }).read();

    const { hires, ...rest } = record!;
    assert.deepEqual(
      hires?.map((it) => it.person),
      [record?.person],
    );
    assert.deepEqual(rest, {
      person: {
        personId: '42',
        employmentId: '1',
        name: 'Priya Nair',
        email: 'priya@meadow.example',
        personalEmail: 'p@home.example',
        department: 'Sales',
        title: 'Lead',
        managerId: '7',
        location: 'Berlin',
        country: 'DE',
        region: 'BE',
        zone: 'Europe/Berlin',
        employmentType: 'employee',
        tags: [],
        startDate: '2019-08-26',
      },
      departure: null,
      arrival: null,
      changedAt: '2026-11-20T15:46:43.000Z',
    });
    assert.deepEqual(EmploymentRecord.parse(record), record);
  });

  it('shows a termination as soon as it is entered, long before it takes effect', async () => {
    const departure = await departureOf(priya(ended('2026-12-31', undefined, 'New job')));

    assert.deepEqual(departure, {
      id: 'end-of-employment-1',
      kind: 'resignation',
      urgent: false,
      confidential: false,
      accessEnds: null,
      lastWorkingDay: null,
      employmentEnds: '2026-12-31',
      payEnds: null,
      reason: 'Resignation (Voluntary), New job',
    });
  });

  it('keeps the departure when its date moves, on the last day and ever after', async () => {
    const company = setUp(priya(ended('2026-12-31')));
    const first = await company.read();
    company.employees['42']!.history[1]!.date = '2027-01-15';
    const moved = await company.read();
    company.world.today = '2027-01-15';
    const lastDay = await company.read();
    company.world.today = '2027-03-01';
    const after = await company.read();

    assert.equal(moved?.departure?.employmentEnds, '2027-01-15');
    assert.equal(moved.departure.id, first?.departure?.id);
    assert.deepEqual(lastDay, moved);
    assert.deepEqual(after, { ...moved, hires: [] });
  });

  it('shows no departure once the termination is taken back', async () => {
    const company = setUp(priya(ended('2026-12-31')));
    company.employees['42']!.history.pop();

    const record = await company.read();

    assert.equal(record?.departure, null);
    assert.equal(record.person.employmentId, '1');
  });

  it('believes a history that ends with a termination, even where the date field is empty', async () => {
    const employee = priya(ended('2026-12-31'));
    employee.fields['terminationDate'] = '0000-00-00';
    assert.equal((await departureOf(employee))?.employmentEnds, '2026-12-31');
  });

  it('believes the date field where it and the history disagree', async () => {
    const employee = priya(ended('2026-12-31', 'Termination (Involuntary)'));
    employee.fields['terminationDate'] = '2026-12-15';
    const departure = await departureOf(employee);
    assert.equal(departure?.employmentEnds, '2026-12-15');
    assert.equal(departure.kind, 'involuntary');
  });

  it('is a departure without date when somebody is inactive and nobody says since when', async () => {
    const employee = priya();
    employee.fields['status'] = 'Inactive';
    const departure = await departureOf(employee);
    assert.equal(departure?.employmentEnds, null);
    assert.equal(departure.id, 'end-of-employment-1');
  });

  it('takes nobody for a leaver who is inactive because they have not begun', async () => {
    const newcomer = priya();
    newcomer.fields['hireDate'] = '2026-12-07';
    newcomer.history = [{ date: '2026-12-07', employmentStatus: 'Intern' }];

    const record = await setUp(newcomer).read();

    assert.equal(record?.departure, null);
    assert.equal(record.person.startDate, '2026-12-07');
    assert.equal(
      record.person.employmentType,
      'intern',
      'what holds later, where nothing holds yet',
    );
  });

  it('shows the facts of today, and those of later only where nothing holds yet', async () => {
    const employee = priya();
    employee.fields['jobTitleName'] = null;
    employee.later = { department: 'Marketing', jobTitleName: 'Head' };

    const record = await setUp(employee).read();

    assert.equal(record?.person.department, 'Sales');
    assert.equal(record.person.title, 'Head');
  });

  it('takes the last working day and the end of access from fields of the company', async () => {
    const extra = { lastWorkingDayField: 'customLastDay', accessEndsField: 'customAccessEnds' };
    const employee = priya(ended('2026-12-31'));

    assert.equal((await departureOf(employee, { extra }))?.lastWorkingDay, null);

    employee.fields['customLastDay'] = '2026-12-18';
    for (const [written, ends] of [
      ['2026-12-18T17:00', '2026-12-18T17:00'],
      ['2026-12-18 17:00', '2026-12-18T17:00'],
      ['2026-12-18', '2026-12-18T23:59'],
      ['0000-00-00', null],
    ] as const) {
      employee.fields['customAccessEnds'] = written;
      const departure = await departureOf(employee, { extra });
      assert.equal(departure?.lastWorkingDay, '2026-12-18');
      assert.equal(departure.accessEnds, ends);
    }
    employee.fields['customAccessEnds'] = 'Friday at five';
    assert.deepEqual(await failureOf(departureOf(employee, { extra })), {
      kind: 'unexpected',
      detail:
        'The field customAccessEnds of employee 42 does not hold a local date and time without zone, such as 2026-12-31T17:00.',
    });
  });

  it('prefers the name somebody goes by, and an address at home to none', async () => {
    const employee = priya();
    employee.fields['preferredName'] = 'Pri';
    employee.fields['workEmail'] = null;
    const record = await setUp(employee).read();
    assert.equal(record?.person.name, 'Pri Nair');
    assert.equal(record.person.email, 'p@home.example');

    employee.fields['homeEmail'] = '';
    employee.history.push(ended('2026-12-31'));
    const unreachable = await setUp(employee).read();
    assert.equal(unreachable?.person.email, null);
    assert.equal(unreachable.departure?.employmentEnds, '2026-12-31', 'they leave all the same');
  });
});

describe('somebody who was hired again', () => {
  const rehired: FakeStatus = { date: '2027-03-01', employmentStatus: 'Contractor' };
  const before = ended('2026-12-31');

  it('still leaves, as long as the new employment has not begun', async () => {
    const departure = await departureOf(priya(before, rehired));
    assert.equal(departure?.employmentEnds, '2026-12-31');
    assert.equal(departure.id, 'end-of-employment-1');
  });

  it('has a new employment without a departure from its first day', async () => {
    const employee = priya(before, rehired);
    employee.fields['hireDate'] = '2027-03-01';
    const record = await setUp(employee, { today: '2027-03-01' }).read();

    assert.equal(record?.person.employmentId, '2');
    assert.equal(record.person.startDate, '2027-03-01');
    assert.equal(record.person.employmentType, 'contractor');
    assert.equal(record.departure, null);
  });

  it('has it too where only the history or only the hire date tells', async () => {
    const byHistory = await setUp(priya(before, rehired), { today: '2027-03-02' }).read();
    const employee = priya(before);
    employee.fields['hireDate'] = '2027-03-01';
    employee.fields['status'] = 'Active';
    const byHireDate = await setUp(employee, { today: '2027-03-02' }).read();

    for (const record of [byHistory, byHireDate]) {
      assert.equal(record?.person.employmentId, '2');
      assert.equal(record.departure, null);
    }
  });

  it('may leave again, which is another departure', async () => {
    const again = ended('2027-09-30', 'Termination (Involuntary)', 'Layoff');
    const employee = priya(before, rehired, again);
    employee.fields['customLastDay'] = '2026-12-18'; // left over from the first time
    const departure = await departureOf(employee, {
      today: '2027-09-01',
      extra: { lastWorkingDayField: 'customLastDay' },
    });

    assert.equal(departure?.id, 'end-of-employment-2');
    assert.equal(departure.kind, 'layoff');
    assert.equal(departure.employmentEnds, '2027-09-30');
    assert.equal(departure.lastWorkingDay, null);
  });
});

describe('what BambooHR leaves out or refuses', () => {
  it('is never read as "no termination date"', async () => {
    for (const field of ['terminationDate', 'status', 'hireDate', 'workEmail', 'lastName']) {
      const failure = await failureOf(setUp({ ...priya(), hidden: [field] }).read());
      assert.equal(failure.kind, 'unexpected');
      assert.equal(
        failure.detail,
        `BambooHR leaves out ${field} of employee 42, so the API key may not see it. ` +
          'Give its access level the right to view this for everybody.',
      );
    }
  });

  it('includes the fields of the company that were set up', async () => {
    const employee = { ...priya(), hidden: ['customLastDay'] };
    const extra = { lastWorkingDayField: 'customLastDay' };
    const failure = await failureOf(setUp(employee, { extra }).read());
    assert.match(failure.detail, /leaves out customLastDay/);
  });

  it('is never read as "resigned of their own accord"', async () => {
    for (const column of ['terminationTypeId', 'date', 'employmentStatus']) {
      const employee = { ...priya(ended('2026-12-31')), hidden: [column] };
      const failure = await failureOf(setUp(employee).read());
      assert.equal(failure.kind, 'unexpected');
      assert.match(failure.detail, /table employmentStatus|leaves out/);
    }
    const withoutHistory = { ...priya(), history: [] };
    withoutHistory.fields['terminationDate'] = '2026-12-31';
    const failure = await failureOf(setUp(withoutHistory).read());
    assert.match(failure.detail, /leaves out the table employmentStatus of employee 42/);
  });

  it('is an unknown person only when it says so', async () => {
    const company = setUp(priya());
    assert.equal(await company.read('43'), null);
    company.remove('42', '2026-12-01T08:00:00Z');
    assert.equal(await company.read(), null);

    for (const [status, kind] of [
      [401, 'unauthenticated'],
      [403, 'forbidden'],
      [429, 'rate-limited'],
      [500, 'unavailable'],
      [503, 'unavailable'],
    ] as const) {
      const troubled = setUp(priya());
      troubled.failNext(new Response('', { status }));
      assert.equal((await failureOf(troubled.read())).kind, kind, String(status));
    }
    const silent = setUp(priya());
    silent.failNext(new TypeError('fetch failed'));
    assert.equal((await failureOf(silent.read())).kind, 'unavailable');
  });

  it('is never somebody else’s record', async () => {
    const failure = await failureOf(setUp(priya()).read('0'));
    assert.equal(failure.kind, 'rejected');
    assert.match(failure.detail, /"0" is not the number of an employee/);
    assert.equal((await failureOf(setUp(priya()).read('changed'))).kind, 'rejected');

    const company = setUp(priya(), { others: { 7: priya() } });
    const other = { id: '7', status: 'Active' };
    company.failNext(Response.json(other));
    assert.match((await failureOf(company.read())).detail, /employee 42 and answered with 7/);
  });

  it('is no page for people', async () => {
    const client = answering(
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    );
    assert.equal((await failureOf(bambooHr.people!.read!(client, '42'))).kind, 'unexpected');
  });
});
