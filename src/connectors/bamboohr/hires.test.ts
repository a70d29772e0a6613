import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EmploymentRecord } from '#core/lifecycle.ts';
import type { FakeEmployee, FakeStatus } from './fake.ts';
import { ended, priya, type SetUp, setUp } from './test-company.ts';

const fullTime = (date: string): FakeStatus => ({ date, employmentStatus: 'Full-Time' });

/** Employee 42, hired for a day, with these statuses. */
function hired(hireDate: string | null, ...history: FakeStatus[]): FakeEmployee {
  const employee = priya();
  return {
    ...employee,
    fields: { ...employee.fields, hireDate: hireDate ?? '0000-00-00' },
    history,
  };
}
const hiresOf = async (employee: FakeEmployee, given: SetUp = {}) =>
  ((await setUp(employee, given).read())?.hires ?? []).map(({ arrival, person }) => [
    arrival.id,
    arrival.kind,
    arrival.startDay,
    person.employmentId,
  ]);

describe('the hires of an employee', () => {
  it('show somebody who begins later as soon as they are entered', async () => {
    const record = await setUp(hired('2027-01-04', fullTime('2027-01-04'))).read();

    assert.deepEqual(record?.hires, [
      {
        person: { ...record?.person, startDate: '2027-01-04' },
        arrival: {
          id: 'employment-1',
          kind: 'arrival',
          confidential: false,
          startDay: '2027-01-04',
          former: null,
        },
      },
    ]);
    assert.equal(record.departure, null);
    assert.deepEqual(EmploymentRecord.parse(record), record);
  });

  it('need no status, and no hire date where there is a status', async () => {
    const first = [['employment-1', 'arrival', '2027-01-04', '1']];
    assert.deepEqual(await hiresOf(hired('2027-01-04')), first);
    assert.deepEqual(await hiresOf(hired(null, fullTime('2027-01-04'))), first);
  });

  it('stay the same on the first day and after it, whatever the date was', async () => {
    const it = setUp(hired('2027-01-04', fullTime('2027-01-04')));
    const ahead = (await it.read())?.hires;
    it.world.today = '2027-01-04';
    assert.deepEqual((await it.read())?.hires, ahead);
    it.world.today = '2028-01-04';
    assert.deepEqual((await it.read())?.hires, ahead);
    it.employees['42']!.fields['hireDate'] = '2027-02-01';
    const [moved] = (await it.read())?.hires ?? [];
    assert.deepEqual([moved?.arrival.id, moved?.arrival.startDay], ['employment-1', '2027-02-01']);
  });

  it('are none once it is called off', async () => {
    const calledOff: FakeEmployee[] = [
      hired(null),
      hired('2027-01-04', fullTime('2027-01-04'), ended('2027-01-04')),
      hired('2027-01-04', ended('2026-12-20')),
      hired('2027-01-04', ended('2026-11-20')),
    ];
    for (const employee of calledOff) assert.deepEqual(await hiresOf(employee), []);
  });

  it('are none for whoever has left', async () => {
    assert.deepEqual(await hiresOf(priya(ended('2026-11-30'))), []);
    assert.deepEqual((await hiresOf(priya(ended('2026-12-31')))).length, 1);
    const without = priya();
    without.fields['status'] = 'Inactive';
    assert.deepEqual(await hiresOf(without), []);
  });

  it('show a rehire before it begins, as who they will be', async () => {
    const employee = priya(ended('2024-03-31'), fullTime('2027-01-04'));
    employee.later = { department: 'Finance', jobTitleName: 'Chief' };
    const company = setUp(employee);
    const record = await company.read();

    assert.equal(record?.person.employmentId, '1');
    assert.equal(record.departure?.employmentEnds, '2024-03-31');
    const [again, ...more] = record.hires ?? [];
    assert.deepEqual(more, []);
    assert.deepEqual([again?.arrival.id, again?.arrival.kind], ['employment-2', 'rehire']);
    const { department, employmentId, startDate } = again!.person;
    assert.deepEqual([department, employmentId, startDate], ['Finance', '2', '2027-01-04']);

    company.world.today = '2027-01-04';
    assert.deepEqual((await company.read())?.hires?.[0]?.arrival, again?.arrival);
  });

  it('are left out where nobody wants to hear of them', async () => {
    const record = await setUp(hired('2027-01-04'), { extra: { arrivals: false } }).read();
    assert.equal(record && 'hires' in record, false);
  });

  it('are looked for ahead, once a day', async () => {
    const silent = priya(ended('2024-03-31'), fullTime('2027-01-04'));
    silent.changedAt = '2020-01-01T00:00:00+00:00';
    const ask = async (extra: object) => {
      const company = setUp(priya(), { extra, others: { 9: silent } });
      const hints = await company.changes('2026-11-25T00:00:00Z 2026-11-30');
      return hints.map((it) => it.personId);
    };
    assert.deepEqual(await ask({}), ['9']);
    assert.deepEqual(await ask({ arrivals: false }), []);
  });
});
