import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { z } from 'zod';
import { listAlerts } from '#app/alerts.ts';
import { changeSetting } from '#app/settings.ts';
import { attestStep } from '#app/steps.ts';
import { type Account, change, connector, done, transition } from '#connector-kit/contract.ts';
import { keepDelivery } from '#store/deliveries.ts';
import { connectors } from '../../src/connectors.ts';
import { until } from '../support/gatehouse.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, type Leaver, leaver, startHouse } from './house.ts';

/** Where the moody system trips over its own feet; it does so for one kind of person each. */
const moods = ['find', 'read', 'plan', 'apply', 'well'] as const;
type Mood = (typeof moods)[number];

const trip = (mood: Mood, where: Mood): void => {
  if (mood !== where) return;
  const nothing: { length?: { of: number } } = {};
  // A programming mistake, as they happen.
  nothing.length!.of.toFixed();
};

/** A connector with a mistake in every function, and what was asked of it. */
function moody() {
  const asked: string[] = [];
  const suspended = new Set<string>();
  const moodOf = (id: string): Mood => moods.find((it) => id.startsWith(it)) ?? 'well';
  const account = (id: string): Account => ({
    id,
    login: id,
    status: 'active',
    privileged: false,
    lastSeenAt: null,
  });
  const made = connector({
    id: 'moody',
    name: 'Moody',
    category: 'other',
    settings: z.strictObject({}),
    hosts: () => [],
    open: () => ({}),
    async check() {
      return { actingAs: 'somebody', scopes: null };
    },
    accounts: {
      async find(_client, { email }) {
        const id = email.split('@')[0]!;
        asked.push(`find ${id}`);
        trip(moodOf(id), 'find');
        return [account(id)];
      },
      async *list() {},
    },
    actions: [
      transition({
        capability: 'account.suspend',
        summary: 'Blocks the account.',
        scopes: [],
        params: z.strictObject({}),
        state: z.strictObject({ id: z.string(), active: z.boolean() }),
        repeatable: true,
        async read(_client, id) {
          asked.push(`read ${id}`);
          trip(moodOf(id), 'read');
          return { id, active: !suspended.has(id) };
        },
        plan({ id, active }) {
          trip(moodOf(id), 'plan');
          return active ? change('Block it.', null) : done('It is blocked.');
        },
        async apply(_client, id) {
          asked.push(`apply ${id}`);
          trip(moodOf(id), 'apply');
          suspended.add(id);
        },
      }),
    ],
  });
  return { connector: made, asked, suspended };
}

describe('a fault of our own', () => {
  let house: House;
  const system = moody();
  const timesAsked = (what: string) => system.asked.filter((it) => it === what).length;

  before(async () => {
    house = await startHouse(
      `
        playbook: involuntary-departure
        title: Block everywhere
        for: departure
        steps:
          - { id: block, layer: security, do: account.suspend, on: every account }
      `,
      { lookUpMs: 300 },
      { connectors: new Map([...connectors, ['moody', system.connector]]) },
    );
    await house.connect({ id: 'moody', connector: 'moody', settings: {} });
  });
  after(() => house.stop());

  const alerts = () => listAlerts(house.gatehouse.app, house.gatehouse.admin, 100);
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
    const published = async () => {
      const [row] = await rows<{ text: string }>(
        `select text from playbooks where status = 'published' and name = 'involuntary-departure'`,
      );
      return row!.text;
    };
    const kept = await published();
    const write = async (text: string) => {
      await rows('alter table playbooks disable trigger accounted');
      await rows(`update playbooks set text = $1 where text = $2`, text, await published());
      await rows('alter table playbooks enable trigger accounted');
    };
    await write('this is no playbook');
    await house.confirm(who);
    const unplanned = await until('an alert', async () =>
      (await alerts()).find((it) => it.kind === 'case.unplanned'),
    );
    assert.equal(unplanned.caseId, (await house.find(who))?.case.id);

    await write(kept);
    await house.completed(who, 20_000);
    assert.ok((await alerts()).find((it) => it.id === unplanned.id)?.resolvedAt);
  });

  it('leaves an unbroken record', async () => {
    await checkInvariants(house.gatehouse, { secrets: house.secrets });
  });
});

describe('people with odd names', () => {
  let house: House;
  const system = moody();

  before(async () => {
    house = await startHouse(
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
      {},
      { connectors: new Map([...connectors, ['moody', system.connector]]) },
    );
    await house.connect({ id: 'moody', connector: 'moody', settings: {} });
  });
  after(() => house.stop());

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
