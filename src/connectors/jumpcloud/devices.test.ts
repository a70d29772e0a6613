import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import type { FakeSystem } from './fake.ts';
import { lockDevices } from './lock-devices.ts';
import { setUp } from './test-directory.ts';
import { wipeDevices } from './wipe-devices.ts';

const laptop = (): FakeSystem => ({
  ...{ id: 's1', name: 'Priya’s laptop', serial: 'PF1ABC', osFamily: 'windows' },
  ...{ users: ['priya', 'sam'], primaryUser: 'priya' },
});
const mac = (): FakeSystem => ({
  ...{ id: 's2', name: 'Priya’s Mac', serial: 'C02XK1', osFamily: 'darwin' },
  ...{ users: ['priya'], primaryUser: 'priya' },
});
/** What Priya can sign in to, and is not hers, or not the company’s. */
const others = (): FakeSystem[] => [
  { id: 'x1', name: 'build server', osFamily: 'linux', users: ['priya', 'sam'] },
  {
    id: 'x2',
    name: 'Sam’s laptop',
    osFamily: 'windows',
    users: ['priya', 'sam'],
    primaryUser: 'sam',
  },
  {
    ...{ id: 'x3', name: 'private', osFamily: 'windows', users: ['priya'], primaryUser: 'priya' },
    enrolledBy: 'user',
  },
];

describe('locking devices in JumpCloud', () => {
  it('reaches the person’s own, and neither servers, nor others’, nor private ones', async () => {
    const { client, systems } = setUp({}, { systems: [laptop(), ...others()] });
    const { summary } = await lockDevices.send(client, 'priya', {});
    assert.equal(summary, 'JumpCloud took the order to lock: Priya’s laptop (PF1ABC).');
    assert.deepEqual(
      systems.map(({ orders = [] }) => orders),
      [['lock'], [], [], []],
    );
  });

  it('leaves a Mac, which wants a PIN, to a person, and says what was locked', async () => {
    const { client, systems } = setUp({}, { systems: [laptop(), mac()] });
    await assert.rejects(
      lockDevices.send(client, 'priya', {}),
      failsAs('rejected', /Priya’s Mac \(C02XK1\).*took the order for: Priya’s laptop/),
    );
    assert.deepEqual(systems[0]!.orders, ['lock']);
  });
});

describe('erasing devices through JumpCloud', () => {
  it('is ordered once, confirmed by the serial number, and over when JumpCloud has none left', async () => {
    const { client, systems } = setUp({}, { systems: [laptop(), mac(), ...others()] });
    const before = await wipeDevices.read(client, 'priya', { params: {}, before: null });
    const first = wipeDevices.plan(before, {});
    assert.ok(first.kind === 'change');
    assert.equal(first.summary, 'Erase Priya’s laptop (PF1ABC).');
    await wipeDevices.apply(client, 'priya', first.change);
    assert.deepEqual(systems[0]!.orders, ['erase']);

    // The order tells nothing, so each device is confirmed by whoever sees it.
    const next = async () =>
      wipeDevices.plan(await wipeDevices.read(client, 'priya', { params: {}, before }), {});
    for (const serial of ['PF1ABC', 'C02XK1']) {
      const planned = await next();
      assert.ok(planned.kind === 'by-hand' && planned.then);
      assert.equal(planned.order.mustName, serial);
      await wipeDevices.apply(client, 'priya', planned.then.change);
      await wipeDevices.apply(client, 'priya', planned.then.change);
    }
    assert.equal((await next()).kind, 'done');
    assert.deepEqual(
      systems.map(({ id, orders = [] }) => [id, orders]),
      [
        ['x1', []],
        ['x2', []],
        ['x3', []],
      ],
    );
  });

  it('keeps a state that survives storage', async () => {
    const { client } = setUp({}, { systems: [laptop()] });
    const state = await wipeDevices.read(client, 'priya', { params: {}, before: null });
    assert.deepEqual(wipeDevices.state.parse(JSON.parse(JSON.stringify(state))), state);
  });
});
