import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '#app/app.ts';
import {
  approveBulkStart,
  type BulkStartWithPeople,
  requestBulkFile,
  showBulkStart,
} from '#app/bulk-starts.ts';
import { requestCase } from '#app/cases.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { changeSetting } from '#app/settings.ts';
import { createUser } from '#app/users.ts';
import { until } from '#core/testing/until.ts';
import {
  account,
  type Company,
  houseOf,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';

/** More than the guards let pass within a day, and more than may be suspended in one system within an hour. */
const size = 30;
const suspensionsPerHour = 20;
/** Who has an account in the second system as well. */
const inWiki = 12;
const names = Array.from({ length: size }, (_, i) => `Leaver${i} Nair`);
const header =
  'person_id,name,email,department,manager_id,country,zone,departure_kind,last_working_day,access_ends';
const row = (name: string, i: number) =>
  `E-${1_000 + i},${name},${name.split(' ')[0]!.toLowerCase()}@meadow.example,` +
  `${i % 3 === 0 ? 'Sales' : 'Support'},E-7,DE,Europe/Berlin,layoff,2026-11-20,2026-11-20T09:00`;
const layoff = Buffer.from([header, ...names.map(row)].join('\n'));

/** Enough to see that everybody is cut, in an order, without waiting for as many letters. */
const short = `playbook: involuntary-departure
title: Layoff
for: departure
applies when: { field: departure.kind, is one of: [involuntary, layoff] }
steps:
  - { id: block-sign-in, layer: security, do: account.suspend, on: { category: identity }, at: access ends }
  - { id: block-others, layer: security, do: account.suspend, on: { category: collaboration }, after: [block-sign-in] }
`;

describe('a layoff of 30 people from one file', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let wiki: ScimSystem;
  let hr: Caller;
  let asked: BulkStartWithPeople;

  before(async () => {
    // Whom a system did not find in time is shown without it, and a busy machine has its own idea of time.
    gatehouse = await startGatehouse({ lookUpMs: 60_000 });
    company = await startCompany(houseOf(gatehouse));
    await changeSetting(gatehouse.app, gatehouse.admin, 'guardrails', { suspensionsPerHour });
    const { playbook } = await importPlaybook(gatehouse.app, gatehouse.admin, short);
    await publishPlaybook(gatehouse.app, gatehouse.admin, playbook.id);
    const users = [...names, 'Solo Nair'].map(account);
    directory = await company.addSystem('directory', 'identity', { users });
    wiki = await company.addSystem('wiki', 'collaboration', { users: users.slice(0, inWiki) });
    const user = await createUser(gatehouse.app, {
      ...{ name: 'Hanna HR', email: 'hanna@meadow.example', roles: ['hr'] },
    });
    hr = { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const show = (id: string) => showBulkStart(gatehouse.app, gatehouse.admin, id);
  const previewed = (id: string) =>
    until(
      'the preview',
      async () => {
        const [found] = await gatehouse.rows<{ state: string }>(
          'select state from bulk_starts where id = $1',
          id,
        );
        return found?.state === 'waiting-for-approval' && show(id);
      },
      { seen: async () => (await show(id)).bulkStart, withinMs: 240_000 },
    );
  const cases = async () =>
    (await gatehouse.rows<{ count: string }>('select count(*) from cases'))[0]?.count;

  it('is previewed as one, and nothing happens before it is approved', async () => {
    const { bulkStart } = await requestBulkFile(gatehouse.app, hr, layoff);
    asked = await previewed(bulkStart.id);

    const { preview } = asked.bulkStart;
    assert.equal(preview?.people, size);
    assert.deepEqual(preview.byKind, [{ name: 'layoff', people: size }]);
    assert.deepEqual(preview.byDepartment, [
      { name: 'Support', people: 20 },
      { name: 'Sales', people: 10 },
    ]);
    assert.equal(preview.playbooks[0]?.name, 'involuntary-departure');
    const blocked = preview.steps.filter((it) => it.what === 'account.suspend');
    assert.deepEqual(
      blocked.map(({ system, people }) => [system, people]),
      [
        ['directory', size],
        ['wiki', inWiki],
      ],
    );
    assert.deepEqual([preview.questions, preview.unanswered], [[], []]);
    assert.equal(await cases(), '0');
    assert.deepEqual(directory.done(), []);
  });

  it('is not approved by whoever asked, nor as anything but what was shown', async () => {
    const { id, digest } = asked.bulkStart;
    await assert.rejects(
      approveBulkStart(gatehouse.app, hr, id, digest!),
      /Who asked for a bulk start cannot approve it/,
    );
    await assert.rejects(
      approveBulkStart(gatehouse.app, gatehouse.admin, id, 'another'),
      /changed while you were deciding/,
    );
  });

  it('starts all of them by one approval, and every one is blocked and read back', async () => {
    const { id, digest } = asked.bulkStart;
    const { people } = await approveBulkStart(gatehouse.app, gatehouse.admin, id, digest!);
    assert.equal(people, size);

    await until(
      'everybody to be blocked and read back',
      async () => {
        const [blocked] = await gatehouse.rows<{ count: number }>(
          `select count(distinct case_id)::int as count from steps
            where capability = 'account.suspend' and connection_id = 'directory' and grade = 'verified'`,
        );
        return blocked?.count === size;
      },
      { seen: async () => (await show(id)).progress, withinMs: 240_000 },
    );
    const blocked = names.filter((name) => directory.isActive(account(name).id!) === false);
    assert.equal(blocked.length, size);
    const budget = await gatehouse.rows("select from alerts where kind = 'budget.spent'");
    assert.deepEqual(
      budget,
      [],
      'more than are suspended within an hour otherwise, and none waited',
    );
    const { people: list } = await show(id);
    assert.ok(list.every((it) => it.outcome === 'started' && it.caseId !== null));
  });

  it('holds nobody back, and uses up nothing of what the guards let pass', async () => {
    const [held] = await gatehouse.rows<{ count: number }>(
      `select count(*)::int as count from cases where state = 'quarantined'`,
    );
    assert.equal(held?.count, 0);
    await company.tell(
      'role.changed',
      { id: 'E-9', employment_id: '1', name: 'Solo Nair', email: 'solo@meadow.example' },
      null,
    );
    await until('Solo to be known', async () => {
      const found = await gatehouse.rows(`select from people where person_id = 'E-9'`);
      return found.length === 1;
    });
    const { detail } = await requestCase(gatehouse.app, gatehouse.admin, {
      personId: 'E-9',
      departure: {
        ...{ kind: 'involuntary', urgent: true, confidential: false, reason: null },
        ...{ accessEnds: null, lastWorkingDay: null, employmentEnds: null, payEnds: null },
      },
    });
    assert.equal(detail, 'departure opened');
    await until('Solo to be blocked', () => directory.isActive('solo') === false);
  });

  it('starts nobody when the same file comes again, and says so', async () => {
    const before = await cases();
    const { bulkStart } = await requestBulkFile(gatehouse.app, hr, layoff);
    const again = await previewed(bulkStart.id);

    assert.equal(again.bulkStart.preview?.people, 0);
    assert.ok(again.people.every((it) => /^(is leaving|has left) already$/.test(it.standing)));
    await assert.rejects(
      approveBulkStart(gatehouse.app, gatehouse.admin, bulkStart.id, again.bulkStart.digest!),
      /It would start nobody/,
    );
    assert.equal(await cases(), before);
  });

  it('takes turns in a system with a rate limit, to find the accounts as well as to block them', async () => {
    const few = names.slice(0, 4).map((_, i) => `Late${i} Nair`);
    const users = few.map(account);
    const narrow = await company.addSystem('narrow', 'identity', { users, ratePerSecond: 20 });
    const list = Buffer.from([header, ...few.map((name, i) => row(name, size + i))].join('\n'));
    const { bulkStart } = await requestBulkFile(gatehouse.app, hr, list);
    const { digest } = (await previewed(bulkStart.id)).bulkStart;
    await approveBulkStart(gatehouse.app, gatehouse.admin, bulkStart.id, digest!);

    await until('all of them to be blocked', () =>
      users.every(({ id }) => narrow.isActive(id!) === false),
    );
    const turns = await gatehouse.rows<{ slot: Date | null }>(
      `select slot_at as slot from steps where kind = 'lookup' and connection_id = 'narrow'`,
    );
    assert.equal(turns.length, few.length);
    assert.ok(turns.every(({ slot }) => slot !== null));
  });

  it('leaves a record in which everything holds together', async () => {
    const types = await until('the scribe to have written all of it', async () => {
      const facts = await gatehouse.rows<{ type: string }>(
        `select type from ledger.event_ix where type like 'bulk.%' order by idx`,
      );
      return facts.length === 5 && facts.map((it) => it.type);
    });
    const once = ['bulk.requested', 'bulk.approved'];
    assert.deepEqual(types, [...once, 'bulk.requested', ...once]);
    await until('all that needs no person to be done', async () => {
      const open = await gatehouse.rows(
        `select from steps where status in ('ready', 'running') and assignment is null and wake_at < clock_timestamp() limit 1`,
      );
      return open.length === 0;
    });
    await checkInvariants(gatehouse, {
      effects: [...directory.effects, ...wiki.effects.map((it) => ({ ...it, id: `w ${it.id}` }))],
    });
  });
});
