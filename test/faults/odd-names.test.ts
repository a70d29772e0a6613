import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { listAlerts } from '#app/alerts.ts';
import { attestStep } from '#app/steps.ts';
import { until } from '#core/testing/until.ts';
import { keepDelivery } from '#store/deliveries.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, leaver } from './house.ts';
import { startMoodyHouse } from './moody.ts';

describe('people with odd names', () => {
  let house: House;
  let system: Awaited<ReturnType<typeof startMoodyHouse>>;

  before(async () => {
    system = await startMoodyHouse(
      `
        playbook: involuntary-departure
        title: Block everywhere
        for: departure
        steps:
          - { id: block, layer: security, do: account.suspend, on: every account }
          - id: tell
            layer: operations
            task: { title: "Say goodbye to {person.name}", assign to: { email: ada@meadow.example }, due: last working day }
      `,
    );
    house = system.house;
  });
  after(() => house?.stop());

  const odd: readonly (readonly [string, string])[] = [
    ['emoji', 'Zoë 👩‍👩‍👧 O’Neil'],
    ['rtl', 'שרה \u202eכהן'],
    ['quotes', `Robert'); drop table cases; -- "{person.name}" \\`],
    ['long', 'x'.repeat(2_000)],
    ['newline', 'Ann\r\nBcc: everybody@meadow.example'],
  ];
  for (const [id, name] of odd) {
    it(`leave like everybody else: ${id}`, async () => {
      const who = { ...leaver(id), name };
      await house.confirm(who);
      const task = await until('the task', async () =>
        (await house.find(who))?.steps.find((it) => it.kind === 'task' && it.assignment),
      );
      const { app, admin } = house.gatehouse;
      await attestStep(app, admin, task.id, { reason: 'Said goodbye.', proof: 'card' });
      await house.completed(who);
      assert.ok(system.suspended.has(id));
    });
  }

  for (const [id, more] of [
    ['nul', { name: 'Nul \u0000 Byte' }],
    ['surrogate', { name: 'Half \ud800 pair' }],
    ['pages', { name: 'x'.repeat(900_000) }],
    ['endless', { email: `${'x'.repeat(100_000)}@meadow.example` }],
  ] as const) {
    it(`that nothing can hold are refused, and a person is told: ${id}`, async () => {
      const answer = await house.tell({ ...leaver(id), ...more });

      assert.equal(answer.kind, 'unreadable');
      assert.equal(await house.find(leaver(id)), null);
      const { app, admin } = house.gatehouse;
      const [alert] = await listAlerts(app, admin, 1);
      assert.equal(alert?.kind, 'source.rejected');
    });
  }

  it('are refused by the database where a source lets them through', async () => {
    const { gatehouse } = house;
    const person = { ...(await house.find(leaver('emoji')))!.case.personFacts, personId: 'nul' };
    await keepDelivery(gatehouse.database.pools.web, {
      id: ulid(),
      source: 'csv',
      messageId: 'nul',
      askedBy: null,
      body: Buffer.from(
        JSON.stringify({
          type: 'role.changed',
          occurredAt: new Date().toISOString(),
          version: null,
          person: { ...person, name: 'Nul \u0000 Byte' },
          departure: null,
        }),
      ),
    });

    const [delivery] = await until('it to be refused', async () => {
      const found = await gatehouse.rows<{ detail: string }>(
        `select detail from deliveries where message_id = 'nul' and outcome = 'rejected'`,
      );
      return found.length > 0 && found;
    });
    assert.equal(delivery?.detail, 'a value in it is no text that can be kept, or too long.');
  });

  it('leave an unbroken record', async () => {
    await checkInvariants(house.gatehouse, { secrets: house.secrets });
  });
});
