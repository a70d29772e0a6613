import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EmploymentRecord } from '#core/lifecycle.ts';
import type { FakeJob } from './fake.ts';
import { bambooHr } from './index.ts';
import { ended, failureOf, priya, type SetUp, setUp } from './test-company.ts';

const hired: FakeJob = {
  date: '2019-08-26',
  department: 'Sales',
  jobTitle: 'Lead',
  location: 'Berlin',
  reportsTo: 'Marta Silva',
};
const inFinance: FakeJob = { ...hired, date: '2027-01-04', department: 'Finance' };

function company(jobs: FakeJob[], given: SetUp = {}, employee = priya()) {
  employee.jobs = jobs;
  return setUp(employee, given);
}
const roleChangeOf = async (jobs: FakeJob[], given: SetUp = {}) =>
  (await company(jobs, given).read())?.arrival;

describe('the jobs of an employee', () => {
  it('show a change of role as soon as it is entered, and the person as they still are', async () => {
    const employee = priya();
    employee.later = { reportsToId: '9' };
    const record = await company([hired, inFinance], {}, employee).read();

    assert.deepEqual(record?.arrival, {
      id: 'job-422',
      kind: 'role change',
      confidential: false,
      startDay: '2027-01-04',
      former: { department: 'Sales', title: 'Lead', location: 'Berlin' },
      becomes: { department: 'Finance', title: 'Lead', location: 'Berlin', managerId: '9' },
    });
    assert.equal(record.person.department, 'Sales');
    assert.equal(record.person.managerId, '7');
    assert.deepEqual(EmploymentRecord.parse(record), record);
  });

  it('keep it when its day moves, on its first day and ever after', async () => {
    const it = company([hired, { ...inFinance }]);
    const first = await it.read();
    it.employees['42']!.jobs![1]!.date = '2027-02-01';
    const moved = await it.read();
    it.world.today = '2027-02-01';
    const begun = await it.read();
    it.world.today = '2029-01-01';
    const after = await it.read();

    assert.equal(moved?.arrival?.startDay, '2027-02-01');
    assert.equal(moved.arrival.id, first?.arrival?.id);
    assert.deepEqual(begun?.arrival, moved.arrival);
    assert.deepEqual(after?.arrival, moved.arrival);
    assert.equal(begun.person.department, 'Finance');
  });

  it('show none for whoever has had one job, or only another manager or division since', async () => {
    const moves = [
      { ...hired, date: '2021-01-01', reportsTo: 'Kim Seo' },
      { ...hired, date: '2022-01-01', division: 'North' },
    ];
    assert.equal(await roleChangeOf([]), null);
    assert.equal(await roleChangeOf([hired]), null);
    assert.equal(await roleChangeOf([hired, ...moves]), null);
  });

  it('show the nearest change to come, and not the one after it', async () => {
    const inLisbon = { ...inFinance, date: '2028-01-03', location: 'Lisbon' };
    const seen = await roleChangeOf([inLisbon, inFinance, hired]);
    assert.equal(seen?.startDay, '2027-01-04');
    assert.equal(seen.becomes?.location, 'Berlin');
    assert.equal(seen.becomes.managerId, '7', 'whose the last job is says nothing of this one');
  });

  it('begin anew with another employment, and end with this one', async () => {
    const again = [ended('2024-03-31'), { date: '2025-05-01', employmentStatus: 'Full-Time' }];
    const rehired = priya(...again);
    rehired.fields['hireDate'] = '2025-05-01';
    const back = { ...inFinance, date: '2025-05-01' };
    assert.equal((await company([hired, back], {}, rehired).read())?.arrival, null);

    const leaving = priya(ended('2026-12-31'));
    assert.equal((await company([hired, inFinance], {}, leaving).read())?.arrival, null);
  });

  it('are not taken for none where the key may not see them', async () => {
    for (const [hidden, says] of [
      ['jobInfo', /leaves out the table jobInfo of employee 42/],
      ['date', /the dates of the table jobInfo/],
      ['jobTitle', /jobTitle of the table jobInfo/],
    ] as const) {
      const employee = { ...priya(), hidden: [hidden], history: [] };
      const blind = company([hired, inFinance], {}, employee);
      const failure = await failureOf(blind.read());
      assert.equal(failure.kind, 'unexpected');
      assert.match(failure.detail, says);
      await assert.rejects(bambooHr.check(blind.client), says);
    }
  });

  it('are left alone where nobody wants to hear of changes of role', async () => {
    const it = company([hired, inFinance], { extra: { roleChanges: false } });
    assert.equal('arrival' in (await it.read())!, false);
    assert.equal(
      it.asked.some((url) => url.includes('jobInfo')),
      false,
    );
  });
});
