import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { changeSetting } from '#app/settings.ts';
import { attestStep } from '#app/steps.ts';
import { until } from '#core/testing/until.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, type Leaver, leaver } from './house.ts';
import { moods, startMoodyHouse } from './moody.ts';
import { observe } from './observe.ts';

describe('a fault of our own', () => {
  let house: House;
  let system: Awaited<ReturnType<typeof startMoodyHouse>>;
  const timesAsked = (what: string) => system.asked.filter((it) => it === what).length;

  before(async () => {
    system = await startMoodyHouse(
      `
        playbook: involuntary-departure
        title: Block everywhere
        for: departure
        steps:
          - { id: block, layer: security, do: account.suspend, on: every account }
      `,
      { lookUpMs: 300 },
    );
    house = system.house;
  });
  after(() => house?.stop());

  const { alerts } = observe(() => house);
  const heldStep = (who: Leaver) =>
    until(
      `a step of ${who.id} to be held`,
      async () => (await house.find(who))?.steps.find((it) => it.status === 'held'),
      { seen: async () => (await house.find(who))?.steps },
    );

  it('in one departure keeps no other one waiting', async () => {
    const poisoned = moods.filter((it) => it !== 'well').map((it) => leaver(`${it}-1`));
    for (const who of poisoned) await house.confirm(who);
    const healthy = ['well-1', 'well-2', 'well-3'].map(leaver);
    for (const who of healthy) await house.confirm(who);

    await Promise.all(healthy.map((who) => house.completed(who)));
    assert.deepEqual([...system.suspended].toSorted(), ['well-1', 'well-2', 'well-3']);
  });

  for (const mood of ['read', 'plan', 'apply'] as const) {
    it(`in “${mood}” is tried five times, then a person is asked`, async () => {
      const who = leaver(`${mood}-1`);
      const step = await heldStep(who);

      assert.match(step.because ?? '', /^Gatehouse itself failed: TypeError: /);
      assert.match(step.because ?? '', /It failed 5 times in a row\. Tell whoever runs Gatehouse/);
      const what = mood === 'apply' ? 'apply' : 'read';
      assert.equal(timesAsked(`${what} ${who.id}`), 5);
      const alert = (await alerts()).find((it) => it.stepId === step.id && !it.resolvedAt);
      assert.ok(alert, 'somebody is told');
      assert.equal((await house.find(who))?.case.state, 'running');
    });
  }

  it('in a look-up hides nobody: the look-up itself is held, and the departure stays open', async () => {
    const who = leaver('find-1');
    const step = await heldStep(who);

    assert.equal(step.kind, 'lookup');
    assert.match(step.because ?? '', /^Gatehouse itself failed: TypeError: /);
    assert.equal((await house.find(who))?.case.accessRemovedAt, null);
  });

  it('is mended by a person, who does it by hand', async () => {
    const { app, admin } = house.gatehouse;
    for (const mood of ['find', 'read', 'plan', 'apply'] as const) {
      const step = await heldStep(leaver(`${mood}-1`));
      await attestStep(app, admin, step.id, { reason: 'Blocked by hand.', proof: 'screenshot' });
      await house.completed(leaver(`${mood}-1`));
    }
    assert.ok((await alerts()).every((it) => it.resolvedAt !== null));
  });

  it('in taking in what the HR system says is told of, and gone once it is mended', async () => {
    const who = leaver('well-4');
    await changeSetting(house.gatehouse.app, house.gatehouse.admin, 'company', { name: 'Meadow' });
    // A setting that no version of ours has written.
    await house.gatehouse.rows('alter table settings disable trigger accounted');
    await house.gatehouse.rows(
      `update settings set value = '{"name": "Meadow", "zone": "Nowhere/At-all"}' where id = 'company'`,
    );
    await house.confirm(who);
    const stuck = await until('an alert', async () =>
      (await alerts()).find((it) => it.title === 'An event from the HR system is stuck'),
    );
    assert.equal(stuck.resolvedAt, null);

    await house.gatehouse.rows(
      `update settings set value = '{"name": "Meadow"}' where id = 'company'`,
    );
    await house.gatehouse.rows('alter table settings enable trigger accounted');
    await house.completed(who);
    assert.ok((await alerts()).find((it) => it.id === stuck.id)?.resolvedAt);
  });

  it('in planning is told of, and gone once it is mended', async () => {
    const who = leaver('well-5');
    const { rows } = house.gatehouse;
    // A playbook that no version of ours has written; what was read once is not read again.
    const write = async (statement: string) => {
      await rows('alter table playbooks disable trigger accounted');
      await rows(statement);
      await rows('alter table playbooks enable trigger accounted');
    };
    await write(`
      insert into playbooks (id, version, name, number, title, text, status, position, author)
      values ('broken', 1, 'broken', 1, 'Broken', 'this is no playbook', 'published', 0, 'nobody')
    `);
    await house.confirm(who);
    const unplanned = await until('an alert', async () =>
      (await alerts()).find((it) => it.kind === 'case.unplanned'),
    );
    assert.equal(unplanned.caseId, (await house.find(who))?.case.id);

    await write(`update playbooks set status = 'retired' where id = 'broken'`);
    await house.completed(who);
    assert.ok((await alerts()).find((it) => it.id === unplanned.id)?.resolvedAt);
  });

  it('leaves an unbroken record', async () => {
    await checkInvariants(house.gatehouse, { secrets: house.secrets });
  });
});
