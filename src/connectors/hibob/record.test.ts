import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectorError } from '#core/failure.ts';
import type { FakeEmployee } from './fake.ts';
import { employed, ended, gardenLeave, id, priya, setUp } from './test-company.ts';

const zones = [
  { location: 'Berlin', zone: 'Europe/Berlin' },
  { location: 'Auckland', zone: 'Pacific/Auckland' },
];
const failure = (says: RegExp) => (thrown: unknown) =>
  thrown instanceof ConnectorError &&
  thrown.failure.kind === 'unexpected' &&
  says.test(thrown.failure.detail);
const departureOf = async (employee: FakeEmployee, extra = {}) =>
  (await setUp(employee, { extra }).read()).departure;

describe('a record of HiBob', () => {
  it('is a person in the words of the company, and nobody who leaves', async () => {
    const company = setUp(priya(), { extra: { zones } });
    const { person, departure, changedAt } = await company.read();
    assert.deepEqual(person, {
      ...{ personId: id, employmentId: '1', name: 'Priya Nair', email: 'priya@meadow.example' },
      ...{ personalEmail: 'p@home.example', department: 'Sales', title: 'Lead', managerId: null },
      ...{ location: 'Berlin', country: 'DE', region: null, zone: 'Europe/Berlin', tags: [] },
      ...{ employmentType: 'employee', startDate: '2019-08-26' },
    });
    assert.deepEqual([departure, changedAt], [null, null]);
  });

  it('is nobody whom Bob does not know', async () => {
    assert.equal(await setUp(priya()).read('77'), null);
  });

  it('tells of a termination from the day on which it is entered, with its reason', async () => {
    const employee = {
      ...priya(ended('2027-01-31')),
      ...{ terminationType: 'Involuntary', terminationReason: 'Redundancy' },
    };
    const departure = await departureOf(employee);
    assert.deepEqual(departure, {
      ...{ id: 'end-of-employment-1', kind: 'layoff', urgent: false, confidential: false },
      ...{ accessEnds: null, lastWorkingDay: null, employmentEnds: '2027-01-31', payEnds: null },
      reason: 'Involuntary, Redundancy',
    });
    const own = [{ contains: 'redundancy', means: 'end of contract' }];
    assert.equal((await departureOf(employee, { kinds: own }))?.kind, 'end of contract');
  });

  it('takes the termination date as what the company enters', async () => {
    const extra = { terminationDateIs: 'the first day after' };
    const departure = await departureOf(
      priya(gardenLeave('2027-01-01'), ended('2027-03-01')),
      extra,
    );
    assert.equal(departure?.employmentEnds, '2027-02-28');
    assert.equal(departure?.lastWorkingDay, '2026-12-31');
  });

  it('ends work with a garden leave, and the employment later', async () => {
    const departure = await departureOf(priya(gardenLeave('2026-12-15'), ended('2027-02-28')));
    assert.equal(departure?.kind, 'garden leave');
    assert.equal(departure?.lastWorkingDay, '2026-12-15');
    assert.equal(departure?.employmentEnds, '2027-02-28');
    const involuntary = { ...priya(gardenLeave('2026-12-15'), ended('2027-02-28')) };
    involuntary.terminationType = 'Involuntary';
    assert.equal((await departureOf(involuntary))?.kind, 'involuntary');
  });

  it('knows fields of the company for the last working day and the end of access', async () => {
    const own = { internal: { lastDay: '2027-01-15', doorsClose: '2027-01-15 17:00' } };
    const extra = {
      lastWorkingDayField: 'internal.lastDay',
      accessEndsField: 'internal.doorsClose',
    };
    const departure = await departureOf({ ...priya(ended('2027-01-31')), own }, extra);
    assert.equal(departure?.lastWorkingDay, '2027-01-15');
    assert.equal(departure?.accessEnds, '2027-01-15T17:00');

    await assert.rejects(
      departureOf(priya(ended('2027-01-31')), extra),
      failure(/leaves out internal\.lastDay, internal\.doorsClose/),
    );
    const wrong = { internal: { lastDay: 'soon', doorsClose: null } };
    await assert.rejects(
      departureOf({ ...priya(ended('2027-01-31')), own: wrong }, extra),
      failure(/internal\.lastDay of employee \d+ does not hold a day that exists/),
    );
  });

  it('is no departure any more once the termination is taken back', async () => {
    const company = setUp(priya(ended('2027-01-31')));
    assert.ok((await company.read()).departure);
    company.employees[id]!.lifecycle.pop();
    assert.equal((await company.read()).departure, null);
  });

  it('is no departure on a leave, nor when access to Bob alone was taken away', async () => {
    const onLeave = priya({ effectiveDate: '2026-11-01', status: 'parental leave' });
    assert.equal(await departureOf(onLeave), null);
  });

  it('counts a new employment only from its first day, in the zone of the person', async () => {
    const again = priya(ended('2026-11-30'), employed('2026-12-02'));
    again.startDate = '2026-12-02';
    again.work[0]!.site = 'Auckland';
    const company = setUp(again, { extra: { zones }, now: '2026-12-01T10:59:00Z' });
    const before = await company.read();
    assert.equal(before.person.employmentId, '1', 'one minute before midnight in Auckland');
    assert.equal(before.departure?.employmentEnds, '2026-11-30');
    assert.deepEqual(
      before.hires?.map(({ arrival }) => [arrival.id, arrival.kind, arrival.startDay]),
      [['employment-2', 'rehire', '2026-12-02']],
    );

    company.world.now = '2026-12-01T11:00:00Z';
    const { person, departure } = await company.read();
    assert.equal(person.employmentId, '2');
    assert.equal(person.startDate, '2026-12-02');
    assert.equal(departure, null);
  });

  it('keeps its days, whatever the hour in which it is read', async () => {
    const employee = priya(ended('2026-12-24'));
    employee.work[0]!.site = 'Auckland';
    const company = setUp(employee, { extra: { zones } });
    // Bob's event comes at midnight of the site, which is the day before in London.
    for (const now of ['2026-12-23T11:00:00Z', '2026-12-24T11:00:00Z', '2026-12-25T00:00:00Z']) {
      company.world.now = now;
      const { departure, person } = await company.read();
      assert.deepEqual(
        [departure?.employmentEnds, person.zone],
        ['2026-12-24', 'Pacific/Auckland'],
      );
    }
  });

  it('tells whoever is to come, entered long before the first day', async () => {
    const newcomer: FakeEmployee = {
      ...priya(),
      startDate: '2027-01-04',
      lifecycle: [
        { effectiveDate: '2026-11-15', status: 'hired' },
        { effectiveDate: '2027-01-04', status: 'employed' },
      ],
      work: [{ effectiveDate: '2027-01-04', department: 'Sales', title: 'Lead', site: 'Berlin' }],
    };
    const company = setUp(newcomer);
    const { hires, departure } = await company.read();
    assert.equal(departure, null);
    assert.deepEqual(
      hires?.map(({ arrival, person }) => [arrival.kind, arrival.startDay, person.startDate]),
      [['arrival', '2027-01-04', '2027-01-04']],
    );

    const onlyHired = setUp({ ...newcomer, lifecycle: newcomer.lifecycle.slice(0, 1) });
    assert.equal((await onlyHired.read()).hires?.[0]?.arrival.startDay, '2027-01-04');
    const off = setUp(newcomer, { extra: { arrivals: false } });
    assert.equal((await off.read()).hires, undefined);
  });

  it('takes an arrival back that ends on its first day', async () => {
    const calledOff: FakeEmployee = {
      ...priya(),
      startDate: '2027-01-04',
      lifecycle: [employed('2027-01-04'), ended('2027-01-04')],
    };
    assert.deepEqual((await setUp(calledOff).read()).hires, []);
  });

  it('tells the change of role that lies nearest ahead, in words', async () => {
    const moving = priya();
    moving.work.push({
      ...{ effectiveDate: '2027-01-01', department: 'Finance', title: 'Lead', site: 'Berlin' },
      reportsTo: '77',
    });
    const { arrival, person } = await setUp(moving, { others: { 77: priya() } }).read();
    assert.equal(person.department, 'Sales');
    assert.deepEqual(arrival, {
      ...{ id: 'job-2', kind: 'role change', confidential: false, startDay: '2027-01-01' },
      former: { department: 'Sales', title: 'Lead', location: 'Berlin' },
      becomes: { department: 'Finance', title: 'Lead', location: 'Berlin', managerId: '77' },
    });
    moving.work[1]!.effectiveDate = '2027-02-01';
    const moved = await setUp(moving, { others: { 77: priya() } }).read();
    assert.deepEqual([moved.arrival?.id, moved.arrival?.startDay], ['job-2', '2027-02-01']);
  });

  it('is refused where something may not be seen', async () => {
    const blind: [string, RegExp][] = [
      ['internal.terminationDate', /leaves out internal\.terminationDate/],
      ['work.startDate', /leaves out work\.startDate/],
      ['lifecycle.status', /leaves out the status of the table Lifecycle/],
      ['work table.site', /leaves out site of the table Work/],
    ];
    for (const [hidden, says] of blind) {
      await assert.rejects(
        setUp({ ...priya(ended('2027-01-31')), hidden: [hidden] }).read(),
        failure(says),
      );
    }
    const strangeWords = priya();
    strangeWords.lifecycle = [{ effectiveDate: '2019-08-26', status: '1712' }];
    await assert.rejects(setUp(strangeWords).read(), failure(/hired, employed or terminated/));
  });

  it('of somebody without an address still shows that they leave', async () => {
    const { privateEmail: _, ...unreachable } = { ...priya(ended('2027-01-31')), email: null };
    const { person, departure } = await setUp(unreachable).read();
    assert.equal(person.email, null);
    assert.equal(departure?.employmentEnds, '2027-01-31');
  });

  it('of a Terminated person without a date is a departure whose date a person must enter', async () => {
    const gone = { ...priya(), status: 'Terminated' };
    const departure = await departureOf(gone);
    assert.equal(departure?.id, 'end-of-employment-1');
    assert.equal(departure?.employmentEnds, null);
  });
});
