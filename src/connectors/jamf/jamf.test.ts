import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openJamf } from './api.ts';
import { type FakeCommand, type FakeJamfDevice, type FakeJamfOptions, fakeJamf } from './fake.ts';
import { jamf } from './index.ts';
import { lockDevices } from './lock-devices.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { wipeDevices } from './wipe-devices.ts';

const pin = '702913';
/** Tokens are kept by what they were asked with; each world asks anew. */
const settingsOfItsOwn = (more: object = {}) =>
  settings.parse({
    address: 'https://meadow.jamfcloud.example',
    ...{ clientId: 'gatehouse', clientSecret: randomUUID(), pin },
    ...more,
  });

const email = 'priya.nair@meadow.example';
const person = { email, employeeNumber: null, name: 'Priya Nair' };
const mac: FakeJamfDevice = {
  ...{ id: 'm-1', name: 'priyas-mac', serial: 'C02XK1', kind: 'computer' },
  email: 'Priya.Nair@meadow.example',
};
const phone: FakeJamfDevice = { id: 'm-2', name: 'iPhone', kind: 'mobile', email };
const foreign: FakeJamfDevice = {
  ...{ id: 'm-9', name: 'sams-mac', kind: 'computer', email: 'sam@meadow.example' },
};

function setUp(
  devices: readonly FakeJamfDevice[] = [mac, phone],
  more: Partial<FakeJamfOptions> = {},
) {
  const service = fakeJamf({ devices: [...devices, foreign], ...more });
  const fetch = conforming(service.fetch, spec, null);
  const client = openJamf(settingsOfItsOwn(), { ...loopbackIo, fetch });
  return { ...service, client, accountId: email, data: service.commands };
}
type World = ReturnType<typeof setUp>;
type Action = typeof lockDevices | typeof wipeDevices;

/** One pass; what it read first is what later passes know. */
async function carryOut(action: Action, { client }: World) {
  const before = await action.read(client, email, { params: {}, before: null });
  const planned = action.plan(before, {});
  if (planned.kind === 'change') await action.apply(client, email, planned.change);
  const look = async () =>
    action.plan(await action.read(client, email, { params: {}, before }), {});
  return { before, planned, look };
}

failsWell(jamf, {
  get settings() {
    return settingsOfItsOwn();
  },
  person,
  accountId: email,
  system: () => fakeJamf({ devices: [mac, phone, foreign] }),
});
listsPageByPage(jamf, {
  get settings() {
    return settingsOfItsOwn();
  },
  system: (count) =>
    fakeJamf({
      devices: Array.from({ length: count }, (_, i) => ({
        ...{ id: `m-${i}`, name: `mac-${i}`, kind: i % 2 === 0 ? 'computer' : 'mobile' },
        email: `u${i}@meadow.example`,
      })),
    }),
});

for (const action of [lockDevices, wipeDevices] as const) {
  describe(`${action.capability} in Jamf Pro`, () => {
    it('is ordered of each device of the person, and done once each has acknowledged it', async () => {
      const world = setUp([mac, phone], { offline: true });
      const { planned, look } = await carryOut(action, world);
      assert.ok(planned.kind === 'change');
      assert.match(planned.summary, /iPhone|priyas-mac \(C02XK1\)/);
      assert.deepEqual(
        world.commands.map(({ managementId, pin: given }) => [managementId, given]),
        [
          ['m-1', pin],
          ['m-2', undefined],
        ],
      );
      const waiting = await look();
      assert.ok(waiting.kind === 'underway' && /online/.test(waiting.because));

      world.settle();
      assert.equal((await look()).kind, 'done');
      assert.equal(world.commands.length, 2);
    });

    it('keeps the PIN out of everything that is kept', async () => {
      const world = setUp();
      const { before, planned, look } = await carryOut(action, world);
      const now = await action.read(world.client, email, { params: {}, before });
      const kept = JSON.stringify([before, planned, now, await look()]);
      assert.doesNotMatch(kept, new RegExp(pin));
      assert.deepEqual(action.state.parse(JSON.parse(JSON.stringify(now))), now);
    });

    it('that a device refuses is left to a person', async () => {
      const world = setUp([mac], { offline: true });
      const { look } = await carryOut(action, world);
      world.settle('ERROR');
      const refused = await look();
      assert.ok(refused.kind === 'blocked' && /priyas-mac/.test(refused.because));
    });

    it('is not done by a command of long ago', async () => {
      const old: FakeCommand = {
        ...{ managementId: 'm-1', uuid: 'old', commandState: 'ACKNOWLEDGED' },
        commandType: action === lockDevices ? 'DEVICE_LOCK' : 'ERASE_DEVICE',
      };
      const world = setUp([mac], { commands: [old] });
      const { planned, look } = await carryOut(action, world);
      assert.equal(planned.kind, 'change');
      assert.equal((await look()).kind, 'done');
    });

    it('leaves private devices alone, and names what it cannot reach', async () => {
      const own = { ...phone, ownership: 'AccountDrivenUserEnrollment' as const };
      const alone = await carryOut(action, setUp([own]));
      assert.ok(alone.planned.kind === 'done' && /left alone: iPhone/.test(alone.planned.because));
      for (const away of [
        { ...mac, managed: false as const },
        { name: 'old-mac', kind: 'computer' as const, email },
      ]) {
        const { planned } = await carryOut(action, setUp([away]));
        assert.ok(planned.kind === 'blocked' && /does not manage/.test(planned.because));
      }
    });

    it('is not tried without a PIN of six digits, which is not repeated', async () => {
      const { client } = setUp();
      const broken = openJamf(settingsOfItsOwn({ pin: 'secret' }), loopbackIo);
      const withoutPin = { ...client, pin: broken.pin };
      await assert.rejects(
        action.apply(withoutPin, email, [{ id: 'm-1', kind: 'computer' }]),
        failsAs('rejected', /^(?!.*secret).*six digits/),
      );
      await assert.rejects(jamf.check(broken), failsAs('rejected', /six digits/));
    });
  });
}

describe('erasing in Jamf Pro', () => {
  it('is not ordered twice while a command waits, whoever gave it', async () => {
    const waiting: FakeCommand = {
      ...{ managementId: 'm-1', uuid: 'c-1', commandState: 'PENDING' },
      commandType: 'ERASE_DEVICE',
    };
    const world = setUp([mac], { commands: [waiting] });
    const { planned, look } = await carryOut(wipeDevices, world);
    assert.equal(planned.kind, 'underway');
    world.settle();
    assert.equal((await look()).kind, 'done');
  });

  it('is followed although the device no longer names its person', async () => {
    const world = setUp([mac], { offline: true });
    const { before } = await carryOut(wipeDevices, world);
    const { client } = world;
    const anew = { ...client, devicesOf: async () => [] };
    const waiting = wipeDevices.plan(
      await wipeDevices.read(anew, email, { params: {}, before }),
      {},
    );
    assert.equal(waiting.kind, 'underway');
    world.settle();
    const now = await wipeDevices.read(anew, email, { params: {}, before });
    assert.equal(wipeDevices.plan(now, {}).kind, 'done');
  });
});

describe('people in Jamf Pro', () => {
  it('are whoever is entered as the user of a device, however the address is written', async () => {
    const { client } = setUp();
    const found = await jamf.accounts!.find(client, person);
    assert.deepEqual(
      found.map(({ id, status }) => [id, status]),
      [[email, 'active']],
    );
    const nobody = { ...person, email: 'x" or id=="1' };
    assert.deepEqual(await jamf.accounts!.find(client, nobody), []);
    const all = [];
    for await (const it of jamf.accounts!.list(client)) all.push(it.id);
    assert.deepEqual(all, [email, 'sam@meadow.example']);
  });

  it('are read by a client that is bound to one host', async () => {
    const { client } = setUp();
    assert.deepEqual(await jamf.check(client), {
      ...{ actingAs: 'API client gatehouse', scopes: null },
    });
    assert.deepEqual(jamf.hosts(client.settings), ['meadow.jamfcloud.example:443']);
  });
});

describe('the documents of Jamf Pro', () => {
  it('refuse what is not in them', async () => {
    const { client } = setUp();
    const bad = client.order('m-1', 'EXPLODE' as 'ERASE_DEVICE', {});
    await assert.rejects(bad, failsAs('unexpected', /fit/));
  });
});
