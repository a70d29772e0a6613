import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { FakeDevice } from './fake-world.ts';
import { lockDevices } from './lock-devices.ts';
import { planFor, setUp } from './test-company.ts';
import { wipeDevices } from './wipe-devices.ts';

const devices = (): FakeDevice[] => [
  { id: 'd1', model: 'Pixel 9', ownerType: 'BYOD' },
  { id: 'd2', model: 'iPad', deviceType: 'IOS', ownerType: 'COMPANY' },
  { id: 'd3', model: 'MacBook', deviceType: 'MAC_OS', ownerType: 'COMPANY' },
];
const alike = () => ({
  ...{ id: 'other', primaryEmail: 'priya.nair-smith@meadow.example' },
  devices: [{ id: 'd9', model: 'Galaxy', ownerType: 'COMPANY' as const }],
});
const world = (more: object = {}) =>
  setUp({ devices: devices() }, { users: [alike()], pageSize: 1, ...more });
const erase = { companyDevices: 'erase' } as const;

describe('devices in Google', () => {
  keepsPromises(lockDevices, {}, () => world());
  keepsPromises(wipeDevices, { companyDevices: 'take the account off' }, () => world());
  keepsPromises(wipeDevices, erase, () => world());

  it('of people only lose the account; those of the company are erased where that is asked for', async () => {
    const { client, user, users } = world();
    const planned = await planFor(wipeDevices, client, erase);
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'Erase everything on iPad; Take the account and its data off Pixel 9. Computers are not touched from here: MacBook.',
    );
    await wipeDevices.apply(client, 'priya', planned.change);
    assert.deepEqual(
      user.devices?.map(({ account, device }) => [account, device]),
      [
        ['WIPED', undefined],
        [undefined, 'WIPED'],
        [undefined, undefined],
      ],
    );
    // Nor does somebody whose address only begins alike lose anything.
    assert.equal(users.find(({ id }) => id === 'other')?.devices?.[0]?.device, undefined);
  });

  it('are erased by nobody’s leave when Google does not say whose they are', async () => {
    const { client, user } = setUp({ devices: [{ id: 'd1', model: 'Pixel 9' }] });
    const planned = await planFor(wipeDevices, client, erase);
    assert.ok(planned.kind === 'change' && planned.change.erase.length === 0);
    // Not even when a plan from before says so.
    await wipeDevices.apply(client, 'priya', { erase: ['devices/d1'], takeOff: [] });
    assert.equal(user.devices?.[0]?.device, undefined);
  });

  it('are waited for until they are switched on', async () => {
    const it = world({ slowly: true });
    const planned = await planFor(wipeDevices, it.client, erase);
    assert.ok(planned.kind === 'change');
    await wipeDevices.apply(it.client, 'priya', planned.change);
    assert.equal((await planFor(wipeDevices, it.client, erase)).kind, 'underway');
    it.settle();
    assert.equal((await planFor(wipeDevices, it.client, erase)).kind, 'done');
  });

  it('are blocked before they are wiped, and a wiped one is not opened again', async () => {
    assert.ok(lockDevices.mustPrecede?.includes('device.wipe'));
    const { client } = world();
    const before = await lockDevices.read(client, 'priya');
    await wipeDevices.apply(client, 'priya', {
      erase: [],
      takeOff: ['devices/d1/deviceUsers/priya'],
    });
    const now = await lockDevices.read(client, 'priya');
    assert.equal(lockDevices.restore!(now, before).kind, 'done');
  });
});
