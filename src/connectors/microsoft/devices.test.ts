import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lockDevices } from './lock-devices.ts';
import { carryOut, priyaId, setUp } from './test-tenant.ts';
import { wipeDevices } from './wipe-devices.ts';

const laptop = { id: 'd1', name: 'MEADOW-12', owner: 'company' as const };
const phone = { id: 'd2', name: 'Pixel', owner: 'personal' as const };

describe('devices in Intune', () => {
  it('are wiped if they are the company’s; private and unknown ones lose only its data', async () => {
    const unknown = { id: 'd3', name: 'Tablet', owner: 'unknown' as const };
    const world = setUp({ priya: { devices: [laptop, phone, unknown] } });
    const planned = wipeDevices.plan(await wipeDevices.read(world.client, priyaId), {});
    assert.ok(planned.kind === 'change');
    assert.deepEqual(
      planned.change.map((it) => it.do),
      ['wipe', 'retire', 'retire'],
    );
  });

  it('are waited for until they are online, and done when they have left', async () => {
    const world = setUp({ priya: { devices: [laptop, phone] }, devicesOffline: true });
    const before = await wipeDevices.read(world.client, priyaId);
    const { after } = await carryOut(wipeDevices, world);
    assert.ok(after.kind === 'underway' && /online/.test(after.because));

    world.settle();
    const now = await wipeDevices.read(world.client, priyaId, { params: {}, before });
    assert.ok(now.devices.every(({ management }) => management === 'gone'));
    const planned = wipeDevices.plan(now, {});
    assert.ok(planned.kind === 'done' && /MEADOW-12, Pixel/.test(planned.because));
  });

  it('on which it failed are named to a person', async () => {
    for (const broken of [
      { management: 'wipeFailed' },
      { actions: [{ name: 'factoryReset', state: 'failed', at: '2026-11-29T08:00:00Z' }] },
    ]) {
      const world = setUp({ priya: { devices: [{ ...laptop, ...broken }] } });
      const { planned } = await carryOut(wipeDevices, world);
      assert.ok(planned.kind === 'blocked' && /MEADOW-12/.test(planned.because));
    }
  });

  it('are locked anew, whatever was locked before; private ones never', async () => {
    const old = [{ name: 'remoteLock', state: 'done', at: '2025-01-01T08:00:00Z' }];
    const world = setUp({
      priya: { devices: [{ ...laptop, actions: old }, phone] },
      devicesOffline: true,
    });
    const before = await lockDevices.read(world.client, priyaId);
    const { planned, after } = await carryOut(lockDevices, world);
    assert.ok(planned.kind === 'change' && planned.summary === 'Lock MEADOW-12.');
    assert.equal(after.kind, 'underway');

    world.settle();
    const now = await lockDevices.read(world.client, priyaId, { params: {}, before });
    assert.equal(lockDevices.plan(now, {}).kind, 'done');
    assert.equal(
      (await carryOut(lockDevices, setUp({ priya: { devices: [phone] } }))).planned.kind,
      'done',
    );
  });

  it('that cannot be locked are named to a person', async () => {
    const world = setUp({ priya: { devices: [laptop] }, devicesOffline: true });
    const before = await lockDevices.read(world.client, priyaId);
    await carryOut(lockDevices, world);
    for (const action of world.user.devices?.[0]?.actions ?? []) action.state = 'notSupported';
    const now = await lockDevices.read(world.client, priyaId, { params: {}, before });
    assert.equal(lockDevices.plan(now, {}).kind, 'blocked');
  });
});
