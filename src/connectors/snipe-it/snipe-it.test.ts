import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { actionsOf } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { openSnipeIt } from './api.ts';
import { fakeSnipeIt } from './fake.ts';
import { findHoldings, listHoldings } from './holdings.ts';
import { snipeIt } from './index.ts';
import { recoverAsset } from './recover-asset.ts';
import { removeLicence } from './remove-licence.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const priya = { email: 'priya@meadow.example', employeeNumber: 'E-1042', name: 'Priya Nair' };
const stored = { address: 'https://assets.meadow.example/', token: 'a token' };
const facilities = { assignTo: { role: 'facilities' } };

function register() {
  const asset = (id: number, serial: string, model: string, user: number | null) => ({
    ...{ id, tag: `TAG-${id}`, serial, model, user },
  });
  return fakeSnipeIt(
    {
      users: [
        { id: 1, username: 'gatehouse', email: null, employeeNumber: null },
        { id: 12, username: 'priya', email: 'priya@meadow.example', employeeNumber: 'E-1042' },
        { id: 20, username: 'p.new', email: 'priya@meadow.example', employeeNumber: 'E-2000' },
        { id: 30, username: 'bob', email: 'bob@meadow.example', employeeNumber: null },
      ],
      assets: [
        asset(101, 'C02XL0AAJG5H', 'MacBook Pro 14"', 12),
        asset(102, '', "Priya's headset", 12),
        asset(103, 'PF3KTR1Y', 'ThinkPad T14', 30),
        asset(104, 'F17ZX', 'iPhone 15', null),
      ],
      licences: [
        { id: 7, name: 'Adobe & friends', reassignable: true, seats: { 71: 30, 72: null, 73: 12 } },
        { id: 8, name: 'A book', reassignable: false, seats: { 81: 12 } },
      ],
    },
    'a token',
  );
}

function setUp(more: object = {}, token = 'a token') {
  const service = register();
  const known = settings.parse({ ...stored, ...facilities, ...more, token });
  const client = openSnipeIt(known, {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, null, { prefix: '/api/v1' }),
  });
  return { ...service, client, known };
}
const recover = (more: object = {}) =>
  recoverAsset(settings.parse({ ...stored, ...facilities, ...more }));

describe('what somebody has in Snipe-IT', () => {
  it('is found by the number of the person, each thing with its own number', async () => {
    const found = await findHoldings(setUp().client, priya);

    assert.deepEqual(
      found.map(({ id, login, status }) => [id, login, status]),
      [
        ['101.12', 'MacBook Pro 14", serial C02XL0AAJG5H', 'active'],
        ['102.12', "Priya's headset, tag TAG-102", 'active'],
      ],
    );
  });

  it('is found by address where Snipe-IT knows no number, and never as somebody else’s', async () => {
    const { client } = setUp();
    const bob = { email: 'BOB@meadow.example', employeeNumber: 'E-77', name: 'Bob' };

    // The fake compares to the letter; the connector does not depend on it.
    assert.deepEqual(await findHoldings(client, bob), []);
    const found = await findHoldings(client, { ...bob, email: 'bob@meadow.example' });
    assert.deepEqual(
      found.map(({ login }) => login),
      ['ThinkPad T14, serial PF3KTR1Y'],
    );
    const nobody = { email: 'eve@meadow.example', employeeNumber: null, name: 'Eve' };
    assert.deepEqual(await findHoldings(client, nobody), []);
  });

  it('is listed page by page, without what lies in the store room', async () => {
    const ids: string[] = [];
    for await (const { id } of listHoldings(setUp().client)) ids.push(id);
    assert.deepEqual(ids, ['101.12', '102.12', '103.30']);
  });

  it('may be seats of licences instead', async () => {
    const { client } = setUp({ what: 'licences' });
    const found = await findHoldings(client, priya);
    assert.deepEqual(
      found.map(({ id, login }) => [id, login]),
      [
        ['7.73.12', 'Adobe & friends, seat 73'],
        ['8.81.12', 'A book, seat 81'],
      ],
    );
    const ids: string[] = [];
    for await (const { id } of listHoldings(client)) ids.push(id);
    assert.deepEqual(ids, ['7.71.30', '7.73.12', '8.81.12']);
  });

  it('opens nothing, so it is no access', () => {
    assert.equal(snipeIt.accounts?.areAccess, false);
  });

  it('is offered what fits: equipment is got back, seats are freed', () => {
    const offered = (more: object) =>
      actionsOf(snipeIt, settings.parse({ ...stored, ...facilities, ...more })).map(
        (action) => action.capability,
      );
    assert.deepEqual(offered({}), ['assets.recover']);
    assert.deepEqual(offered({ what: 'licences' }), ['licences.remove']);
  });
});

describe('getting equipment back', () => {
  keepsPromises(recover(), {}, () => {
    const { client, assets } = setUp();
    return { client, accountId: '101.12', data: assets };
  });

  it('asks somebody for as long as the person has it, with the number that stands on it', async () => {
    const { client } = setUp();
    const planned = recover({ returnTo: 'Reception, Torstraße 1; use the prepaid label.' }).plan(
      await recover().read(client, '101.12'),
      { due: '2026-12-23T23:00:00.000Z' },
    );

    assert.equal(planned.kind, 'by-hand');
    if (planned.kind !== 'by-hand') return;
    const { order, then } = planned;
    assert.match(order.instructions, /MacBook Pro 14", serial C02XL0AAJG5H/);
    assert.match(order.instructions, /Torstraße 1; use the prepaid label/);
    assert.equal(order.mustName, 'C02XL0AAJG5H');
    assert.equal(order.deadline, '2026-12-23T23:00:00.000Z');
    assert.deepEqual(order.assignTo, { role: 'facilities' });
    assert.equal(then?.summary, 'Check it in in Snipe-IT.');
  });

  it('names the tag where there is no serial number', async () => {
    assert.equal((await recover().read(setUp().client, '102.12')).number, 'TAG-102');
  });

  it('is done when it is checked in, or with somebody else, whoever saw to that', async () => {
    const { client, assets } = setUp();
    const planned = async () => recover().plan(await recover().read(client, '101.12'), {});

    assets[0]!.user = null;
    assert.deepEqual(await planned(), { kind: 'done', because: 'Snipe-IT shows it checked in.' });
    assets[0]!.user = 30;
    assert.deepEqual(await planned(), {
      kind: 'done',
      because: 'Snipe-IT shows it with user 30.',
    });
  });

  it('sets the status that the settings name', async () => {
    const { client, assets } = setUp({ statusAfterReturn: 4 });
    await recover().apply(client, '101.12', 'check in');
    assert.deepEqual([assets[0]?.user, assets[0]?.status], [null, 4]);
  });

  it('leaves checking in to people where the settings say so', async () => {
    const { client } = setUp();
    const planned = recover({ checkIn: false }).plan(await recover().read(client, '101.12'), {});
    assert.equal(planned.kind === 'by-hand' && planned.then, null);
  });
});

describe('taking back licences', () => {
  keepsPromises(removeLicence, {}, () => {
    const { client, licences } = setUp();
    return { client, accountId: '7.73.12', data: licences };
  });

  it('is blocked where the seat cannot be given to anybody else', async () => {
    const planned = removeLicence.plan(await removeLicence.read(setUp().client, '8.81.12'), {});
    assert.equal(planned.kind, 'blocked');
  });
});

for (const [what, accountId] of [
  ['equipment', '101.12'],
  ['licences', '7.73.12'],
]) {
  failsWell(snipeIt, {
    settings: settings.parse({ ...stored, ...facilities, what, token: 'a token' }),
    ...{ person: priya, accountId: accountId!, system: register },
  });
}
listsPageByPage(snipeIt, {
  settings: settings.parse({ ...stored, ...facilities, token: 'a token' }),
  system: (count) =>
    fakeSnipeIt(
      {
        users: [],
        assets: Array.from({ length: count }, (_, i) => ({
          ...{ id: i + 1, tag: `TAG-${i}`, serial: `S${i}`, model: 'ThinkPad', user: 12 },
        })),
        licences: [],
      },
      'a token',
      500,
    ),
});

describe('what goes wrong at Snipe-IT', () => {
  it('is seen behind the status 200 that it answers with', async () => {
    const { client } = setUp();
    await assert.rejects(client.asset('999'), failsAs('not-found', /says: Asset not found/));
    await assert.rejects(client.checkIn('104'), failsAs('rejected', /already checked in/));
    await assert.rejects(client.freeSeat('7', '9'), failsAs('not-found', /Seat not found/));
  });

  it('is unauthenticated when the token is not known', async () => {
    await assert.rejects(
      snipeIt.check(setUp({}, 'another').client),
      failsAs('unauthenticated', /GET \/api\/v1\/users\/me answered 401/),
    );
  });

  it('is unexpected when a list ends before all that it counts have come', async () => {
    const { failNext, fetch, known } = setUp();
    const client = openSnipeIt(known, { ...loopbackIo, fetch });
    failNext(Response.json({ total: 3, rows: [] }));
    await assert.rejects(client.assetsOf(12), failsAs('unexpected', /counts 3 and shows only 0/));
  });
});

it('says who the token belongs to, and calls only the address it was given', async () => {
  const { client, known } = setUp();
  assert.deepEqual(await snipeIt.check(client), { actingAs: 'gatehouse', scopes: null });
  assert.deepEqual(snipeIt.hosts(known), ['assets.meadow.example:443']);
});
