import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { openGusto } from './api.ts';
import { endPay } from './end-pay.ts';
import { type FakeEmployee, type FakeTermination, fakeGusto } from './fake.ts';
import { gusto } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const company = '7b1d0df1-6403-4a06-8768-c1dd7d24d27a';
const options = { company, token: 'a token', today: () => '2026-12-01' };
const usual = { 'last day': '2026-12-31', 'final pay': 'with the usual payroll' } as const;
const atOnce = { ...usual, 'final pay': 'in its own payroll' } as const;
const end = (on: string, more: Partial<FakeTermination> = {}) => ({
  ...{ on, ownPayroll: false, version: 1 },
  ...more,
});

function setUp(
  terminations: FakeTermination[] = [],
  more: Partial<FakeEmployee> = {},
  others: FakeEmployee[] = [],
) {
  const priya: FakeEmployee = {
    uuid: 'priya',
    firstName: 'Priya',
    lastName: 'Nair',
    workEmail: 'Priya@meadow.example',
    terminations,
    ...more,
  };
  const service = fakeGusto([...others, priya], options);
  const known = settings.parse({ company, accessToken: 'a token' });
  const client = openGusto(known, {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, null),
  });
  return { ...service, client, known, priya };
}
const keysOf = (email: string) => ({ email, employeeNumber: 'E-1042', name: 'Priya Nair' });
const planned = async (
  it: ReturnType<typeof setUp>,
  params: typeof usual | typeof atOnce = usual,
) => endPay.plan(await endPay.read(it.client, 'priya'), params);

describe('people in Gusto', () => {
  it('are found by their address, however many pages there are', async () => {
    const others = Array.from(
      { length: 100 },
      (_, i): FakeEmployee => ({
        ...{ uuid: `other-${i}`, firstName: 'Priya', lastName: 'Nair', workEmail: null },
        terminations: [],
      }),
    );
    const { client } = setUp([], {}, others);

    const found = await gusto.accounts!.find(client, keysOf('priya@meadow.example'));
    assert.deepEqual(
      found.map(({ id, login, status }) => [id, login, status]),
      [['priya', 'Priya@meadow.example', 'active']],
    );
    assert.deepEqual(await gusto.accounts!.find(client, keysOf('eve@meadow.example')), []);

    let count = 0;
    for await (const _ of gusto.accounts!.list(client)) count += 1;
    assert.equal(count, 101);
  });

  it('are no access: who has left still fetches pay slips there', () => {
    assert.equal(gusto.accounts?.areAccess, false);
  });

  it('belong to the company that the token is for', async () => {
    const { client, fetch, known } = setUp();
    assert.deepEqual(await gusto.check(client), {
      actingAs: `company ${company}`,
      scopes: ['employees:read', 'employments:read', 'employments:write', 'public'],
    });
    const elsewhere = openGusto({ ...known, company: 'clover' }, { ...loopbackIo, fetch });
    await assert.rejects(gusto.check(elsewhere), failsAs('rejected', /not for company clover/));
    assert.deepEqual(gusto.hosts(known), ['api.gusto.com:443']);
  });
});

describe('ending pay', () => {
  keepsPromises(endPay, usual, () => {
    const { client, employees } = setUp();
    return { client, accountId: 'priya', data: employees };
  });

  it('needs the last day, and pays with the usual payroll unless told', () => {
    assert.equal(endPay.params.safeParse({}).success, false);
    assert.deepEqual(endPay.params.parse({ 'last day': '2026-12-31' }), usual);
  });

  it('says what it will do, and pays at once where that is wanted', async () => {
    const it = setUp();
    const plan = await planned(it, atOnce);
    assert.equal(plan.kind, 'change');
    if (plan.kind !== 'change') return;
    assert.equal(
      plan.summary,
      'End pay; the last day is 2026-12-31, final pay in its own payroll.',
    );
    await endPay.apply(it.client, 'priya', plan.change);
    assert.deepEqual(it.priya.terminations, [end('2026-12-31', { ownPayroll: true })]);
  });

  it('moves an end that is planned already, with its newest version', async () => {
    const it = setUp([end('2026-12-15', { version: 4 })]);
    const before = await endPay.read(it.client, 'priya');
    const plan = await planned(it);
    assert.equal(plan.kind, 'change');
    if (plan.kind !== 'change') return;
    await endPay.apply(it.client, 'priya', plan.change);
    assert.deepEqual(it.priya.terminations, [end('2026-12-31', { version: 5 })]);

    const back = endPay.restore?.(await endPay.read(it.client, 'priya'), before);
    assert.equal(back?.kind, 'change');
    if (back?.kind !== 'change') return;
    await endPay.apply(it.client, 'priya', back.change);
    assert.equal(it.priya.terminations[0]?.on, '2026-12-15');
  });

  it('leaves an end that is in effect to people, unless it is the right one', async () => {
    assert.equal((await planned(setUp([end('2026-11-15')]))).kind, 'blocked');
    const right = { ...usual, 'last day': '2026-11-15' } as const;
    const { client } = setUp([end('2026-11-15')]);
    assert.equal(endPay.plan(await endPay.read(client, 'priya'), right).kind, 'done');
  });

  it('takes no old end for this one, after somebody was taken on again', async () => {
    assert.equal((await planned(setUp([end('2020-06-30')], { rehired: true }))).kind, 'change');
  });

  it('cannot be taken back once it is in effect, or has a payroll of its own', async () => {
    const before = { isOver: false, end: null };
    for (const it of [
      setUp([end('2026-11-15')]),
      setUp([end('2026-12-31', { ownPayroll: true })]),
    ]) {
      const now = await endPay.read(it.client, 'priya');
      assert.equal(endPay.restore?.(now, before).kind, 'blocked');
    }
  });
});

const employee = (i: number): FakeEmployee => ({
  ...{ uuid: `e${i}`, firstName: 'Eve', lastName: `${i}`, workEmail: `e${i}@meadow.example` },
  terminations: [],
});
failsWell(gusto, {
  settings: settings.parse({ company, accessToken: 'a token' }),
  person: keysOf('e0@meadow.example'),
  accountId: 'e0',
  given: { 'payroll.end': { params: usual } },
  system: () =>
    fakeGusto(
      Array.from({ length: 101 }, (_, i) => employee(i)),
      options,
    ),
});
listsPageByPage(gusto, {
  settings: settings.parse({ company, accessToken: 'a token' }),
  system: (count) =>
    fakeGusto(
      Array.from({ length: count }, (_, i) => employee(i)),
      options,
    ),
});

describe('what goes wrong at Gusto', () => {
  it('is refused with Gusto’s words, and when what was to be changed has gone', async () => {
    const { client } = setUp([end('2026-12-15')]);
    await assert.rejects(
      client.end('priya', end('2026-12-31')),
      failsAs('rejected', /already terminated/),
    );
    await assert.rejects(
      setUp().client.changeEnd('priya', end('2026-12-31')),
      failsAs('rejected', /no longer shows/),
    );
  });
});
