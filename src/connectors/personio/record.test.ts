import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { forgetTokens } from '#connector-kit/kept-token.ts';
import { ConnectorError } from '#core/failure.ts';
import type { FakeEmployment } from './fake.ts';
import { employed, priya, setUp } from './test-company.ts';

const offices = [
  { id: '60302', name: 'Berlin', zone: 'Europe/Berlin', country: 'DE' },
  { id: '60303', name: 'Auckland', zone: 'Pacific/Auckland' },
];
const departments = [{ id: '401', name: 'Sales' }];
const failure = (says: RegExp) => (thrown: unknown) =>
  thrown instanceof ConnectorError &&
  thrown.failure.kind === 'unexpected' &&
  says.test(thrown.failure.detail);
const departureOf = async (change: Partial<FakeEmployment>, extra = {}) =>
  (await setUp(priya(employed(change)), { extra }).read()).departure;

describe('a record of Personio', () => {
  beforeEach(forgetTokens);

  it('is a person in the words of the settings, and nobody who leaves', async () => {
    const company = setUp(priya(), { extra: { offices, departments } });
    const { person, departure, changedAt } = await company.read();
    assert.deepEqual(person, {
      ...{ personId: '5005', employmentId: 'e-1', name: 'Priya Nair' },
      ...{ email: 'priya@meadow.example', personalEmail: null, department: 'Sales', title: 'Lead' },
      ...{ managerId: '7', location: 'Berlin', country: 'DE', region: null, zone: 'Europe/Berlin' },
      ...{ employmentType: 'employee', tags: [], startDate: '2019-08-26' },
    });
    assert.equal(departure, null);
    assert.equal(changedAt, '2026-11-20T15:46:43.000Z');

    const { person: nameless } = await setUp(priya()).read();
    assert.deepEqual(
      [nameless.department, nameless.location, nameless.zone],
      ['401', '60302', null],
    );
  });

  it('is nobody whom Personio does not know', async () => {
    assert.equal(await setUp(priya()).read('77'), null);
  });

  it('tells of a termination with its dates and its kind', async () => {
    const termination = {
      ...{ termination_date: '2027-01-31', last_working_day: '2027-01-15' },
      ...{ type: 'FIRED', reason: 'Attendance' },
    };
    assert.deepEqual(await departureOf({ termination }), {
      ...{ id: 'end-of-e-1', kind: 'involuntary', urgent: false, confidential: false },
      ...{ accessEnds: null, lastWorkingDay: '2027-01-15', employmentEnds: '2027-01-31' },
      ...{ payEnds: null, reason: 'FIRED, Attendance' },
    });
    const kinds: [string, string][] = [
      ...([
        ['QUIT', 'resignation'],
        ['DEATH', 'death'],
        ['RETIREMENT', 'retirement'],
      ] as const),
      ...([
        ['CONTRACT_EXPIRED', 'end of contract'],
        ['AGREEMENT', 'resignation'],
      ] as const),
      ['IRREVOCABLE_SUSPENSION', 'garden leave'],
    ].map(([type = '', kind = '']) => [type, kind]);
    for (const [type, kind] of kinds) {
      assert.equal(
        (await departureOf({ termination: { ...termination, type } }))?.kind,
        kind,
        type,
      );
    }
    const own = [{ contains: 'attendance', means: 'layoff' }];
    assert.equal((await departureOf({ termination }, { kinds: own }))?.kind, 'layoff');
  });

  it('tells of an end without a termination, but not of the end of a contract', async () => {
    const departure = await departureOf({ employment_end_date: '2027-01-31' });
    assert.equal(departure?.employmentEnds, '2027-01-31');
    assert.equal(await departureOf({ contract_end_date: '2027-01-31' }), null);
    assert.equal(await departureOf({ status: 'LEAVE' }), null);
  });

  it('of somebody INACTIVE without a date is a departure whose date a person must enter', async () => {
    const departure = await departureOf({ status: 'INACTIVE' });
    assert.deepEqual([departure?.employmentEnds, departure?.lastWorkingDay], [null, null]);
  });

  it('is no departure any more once the termination is taken back', async () => {
    const company = setUp(priya(employed({ termination: { termination_date: '2027-01-31' } })));
    assert.ok((await company.read()).departure);
    delete company.persons['5005']!.employments[0]!.termination;
    assert.equal((await company.read()).departure, null);
  });

  it('of whoever goes over to another company of the group goes on', async () => {
    const old = employed({
      termination: { termination_date: '2026-12-31', type: 'SUB_COMPANY_SWITCH' },
    });
    const next = employed({ id: 'e-2', status: 'ONBOARDING', employment_start_date: '2027-01-01' });
    assert.equal((await setUp(priya(old, next)).read()).departure, null);
    assert.ok((await setUp(priya(old)).read()).departure, 'unless nothing goes on');
  });

  it('counts a new employment only from its first day, in the zone of its office', async () => {
    const old = employed({ status: 'INACTIVE', termination: { termination_date: '2026-11-30' } });
    const next = employed({
      ...{ id: 'e-2', status: 'ONBOARDING', employment_start_date: '2026-12-02', office: '60303' },
    });
    const company = setUp(priya(old, next), { extra: { offices }, now: '2026-12-01T10:59:00Z' });
    const before = await company.read();
    assert.equal(before.person.employmentId, 'e-1', 'one minute before midnight in Auckland');
    assert.equal(before.departure?.employmentEnds, '2026-11-30');
    assert.deepEqual(
      before.hires?.map(({ arrival }) => [arrival.id, arrival.kind, arrival.startDay]),
      [['start-of-e-2', 'rehire', '2026-12-02']],
    );
    company.world.now = '2026-12-01T11:00:00Z';
    const { person, departure } = await company.read();
    assert.deepEqual([person.employmentId, departure], ['e-2', null]);
  });

  it('tells whoever is to come, and takes back who does not', async () => {
    const newcomer = employed({ status: 'ONBOARDING', employment_start_date: '2027-01-04' });
    const company = setUp(priya(newcomer));
    const { hires, departure } = await company.read();
    assert.equal(departure, null);
    assert.deepEqual(
      hires?.map(({ arrival }) => arrival.startDay),
      ['2027-01-04'],
    );

    company.persons['5005']!.employments[0]!.termination = { termination_date: '2027-01-04' };
    assert.deepEqual((await company.read()).hires, [], 'it ends on its first day');
    company.persons['5005']!.employments = [];
    const none = await company.read();
    assert.deepEqual([none.hires, none.departure], [[], null], 'it is deleted');

    const off = setUp(priya(newcomer), { extra: { arrivals: false } });
    assert.equal((await off.read()).hires, undefined);
  });

  it('knows an attribute of the company for the end of access', async () => {
    const extra = { accessEndsAttribute: 'dynamic_305' };
    const leaving = priya(employed({ termination: { termination_date: '2027-01-31' } }));
    const endsAt = async (value: string) => {
      const own = { ...leaving, custom_attributes: [{ id: 'dynamic_305', value }] };
      return (await setUp(own, { extra }).read()).departure?.accessEnds;
    };
    assert.equal(await endsAt('2027-01-15T17:00'), '2027-01-15T17:00');
    assert.equal(await endsAt('2027-01-15T00:00:00Z'), '2027-01-15T23:59');
    assert.equal(await endsAt(''), null);
    assert.equal(await endsAt('2018-01-15'), null, 'of an earlier employment');
    await assert.rejects(endsAt('soon'), failure(/dynamic_305 of person 5005 .* does not hold/));
    await assert.rejects(setUp(leaving, { extra }).read(), failure(/is left out/));
  });

  it('is refused where we do not understand it', async () => {
    await assert.rejects(departureOf({ status: 'UNSPECIFIED' }), failure(/“UNSPECIFIED”/));
  });

  it('of somebody without an address still shows that they leave', async () => {
    const termination = { termination_date: '2027-01-31' };
    const { email: _, ...unreachable } = priya(employed({ termination }));
    const { person, departure } = await setUp(unreachable).read();
    assert.equal(person.email, null);
    assert.equal(departure?.employmentEnds, '2027-01-31');
  });
});
