import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { changeSetting } from '#app/settings.ts';
import { until } from '#core/testing/until.ts';
import { startEvidenceOrders } from '#ledger/evidence-orders.ts';
import { checkLog } from '#ledger/fsck.ts';
import { mirrorFolder } from '#ledger/mirror-folder.ts';
import { rehash } from '#ledger/rehash.ts';
import { behindTheGuards, makeOld } from '#ledger/testing/old-facts.ts';
import { inTransaction, sql } from '#store/sql.ts';
import type { AuditPage } from '../src/api/contract/audit.ts';
import type { EvidenceOrder } from '../src/api/contract/evidence.ts';
import type { Pruning } from '../src/api/contract/prunings.ts';
import { account, type Company, houseOf, person, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { startMovedClock } from './support/moved-clock.ts';
import { ledgerCommand } from './support/on-server.ts';
import { fillRecord, hirePruners } from './support/pruners.ts';
import { watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure, the short way
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: block
    layer: security
    do: account.suspend
    on: { category: identity }
    at: access ends
`;

const priya = person('E-1', 'Priya Nair');
const tom = person('E-2', 'Tom Okafor');
const dismissal = { kind: 'involuntary', urgent: true, last_working_day: '2026-01-31' };

interface Refused {
  readonly detail: string;
  readonly errors: readonly { readonly at: string; readonly problem: string }[];
}

describe('facts whose time is over', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let watch: ReturnType<typeof watching>;
  let people: Awaited<ReturnType<typeof hirePruners>>;
  let caseId: string;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const { playbook: draft } = await importPlaybook(gatehouse.app, gatehouse.admin, playbook);
    await publishPlaybook(gatehouse.app, gatehouse.admin, draft.id);
    people = await hirePruners(gatehouse);
    await company.addSystem('directory', 'identity', {
      users: [account('Priya Nair'), account('Tom Okafor')],
    });
    await company.tell('departure.confirmed', priya, { id: 'S-1', ...dismissal });
    const done = await watch.become('complete', priya, ({ case: it }) => it.state === 'complete');
    caseId = done.case.id;
    await fill(260);
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const admin = () => gatehouse.database.pools.admin;
  /** Facts of no matter, so that there is a bundle of them, signed and in the mirror. */
  async function fill(count: number) {
    await fillRecord(gatehouse, count);
    await signed();
  }
  async function signed() {
    await gatehouse.scribe.flush();
    await until('all is signed', async () => {
      const [row] = await gatehouse.rows<{ all: boolean }>(
        'select size = (select max(size) from ledger.checkpoint) as all from ledger.head',
      );
      return row?.all ? true : null;
    });
  }
  const refusedFor = async (size: number) => {
    const refused = (await people.request(size, 409)) as unknown as Refused;
    return refused.errors.map(({ at }) => at);
  };
  const stateOf = async (id: string) => {
    const { items } = await people.lena.ask<{ items: Pruning[] }>('GET', '/prunings');
    return items.find((one) => one.id === id)?.state;
  };

  it('stay while they are young, a case is open, somebody is held, or a rule asks to keep them', async () => {
    assert.deepEqual(await refusedFor(256), ['retention', 'retention']);
    await makeOld(admin(), 256, 96);
    assert.deepEqual(await refusedFor(256), ['retention'], 'the case itself ended just now');
    await behindTheGuards(
      admin(),
      `update cases set ended_at = ended_at - interval '8 years', employment_ends = employment_ends - interval '8 years'`,
    );
    const open = (await people.request(255, 409)) as unknown as Refused;
    assert.deepEqual(
      open.errors.map((it) => it.at),
      ['nothing'],
      'rounded down to 0',
    );

    const hold = { personId: priya.id, reason: 'A matter' };
    const { id } = await people.sam.ask<{ id: string }>('POST', '/legal-holds', hold);
    assert.deepEqual(await refusedFor(256), ['legal-hold']);
    await people.lena.ask('POST', `/legal-holds/${id}/lift`, { reason: 'Settled' });

    const rule = { title: 'A law', months: 120 };
    await changeSetting(gatehouse.app, gatehouse.admin, 'retention', { rules: [rule] });
    await signed();
    assert.deepEqual(await refusedFor(256), ['retention', 'retention', 'setting']);
    await changeSetting(gatehouse.app, gatehouse.admin, 'retention', { rules: [] });
    await signed();
    assert.deepEqual(await refusedFor(256), ['setting'], 'a week has to go by');
    await admin().query(
      `update ledger.event_ix set at = at - interval '8 days' where type = 'policy.changed'`,
    );

    await behindTheGuards(
      admin(),
      `update cases set state = 'paused', state_before_pause = 'access-removed' where id = '${caseId}'`,
    );
    assert.deepEqual(await refusedFor(256), ['open-case']);
    await behindTheGuards(
      admin(),
      `update cases set state = 'complete', state_before_pause = null where id = '${caseId}'`,
    );
  });

  it('go when two others sign, neither of whom asked, each with a passkey', async () => {
    const it = await people.request(300);
    assert.deepEqual([it.beforeSize, it.state, it.months], [256, 'waiting-for-approval', 84]);
    await people.approve(it.id, people.lena, 403);
    await people.approve(it.id, people.sam);
    await people.approve(it.id, people.sam, 403);
    await assert.rejects(people.carryOut(256), /No two people have approved/);
    const auditor = await people.hire('Aud Itor', ['auditor']);
    await auditor.ask('POST', '/prunings', { beforeSize: 256 }, 403);
    await auditor.ask('GET', '/prunings');
    const { digest } = await people.ivy.ask<{ digest: string }>(
      'GET',
      `/prunings/${it.id}/challenge`,
    );
    const other = await people.request(256);
    assert.notEqual(other.digest, digest, 'what was signed for one is good for no other');
    await people.lena.ask('POST', `/prunings/${other.id}/withdraw`);
    assert.equal(await stateOf(other.id), 'withdrawn');
    assert.match(
      (await people.approve(it.id, people.ivy)).detail,
      /ledger prune --before-size 256/,
    );
    assert.equal(await stateOf(it.id), 'approved');
  });

  it('do not go by rows that somebody wrote, nor by what ran out', async () => {
    const change = (text: string) =>
      behindTheGuards(admin(), `update prunings set ${text} where state = 'approved'`);
    await change(`months = 12`);
    await assert.rejects(people.carryOut(256), /No two people have approved/);
    await change(
      `months = 84, first_assertion = second_assertion, second_assertion = first_assertion`,
    );
    await assert.rejects(people.carryOut(256), /An approval does not hold: This is no passkey/);
    await change(`first_assertion = second_assertion, second_assertion = first_assertion`);
    await change(`expires_at = expires_at - interval '8 days'`);
    await assert.rejects(people.carryOut(256), /within the last seven days/);
    await change(`expires_at = expires_at + interval '8 days'`);
    const scribe = gatehouse.database.pools.scribe;
    await assert.rejects(
      inTransaction(gatehouse.database.pools.web, (tx) =>
        tx.query(sql`select ledger.begin_pruning('6f0c6a3e-5f1f-4f0e-9d59-1d2f5f0a7c11')`),
      ),
      /permission denied/,
    );
    assert.equal((await rehash(scribe))!.size > 256, true);
  });

  it('are gone once, the record says so, and whoever looks for them is told', async () => {
    const gone = await people.carryOut(256);
    assert.ok(gone.facts > 200 && gone.values > 0, JSON.stringify(gone));
    await assert.rejects(people.carryOut(256), /No two people have approved/, 'used up');
    await signed();
    const [fact] = await gatehouse.rows<{ data: Record<string, unknown> }>(
      `select body -> 'data' as data from ledger.event_ix where type = 'log.pruned'`,
    );
    assert.deepEqual(
      [
        fact?.data['min_index'],
        fact?.data['policy'],
        fact?.data['requester'],
        fact?.data['approvers'],
      ],
      [256, 'months:84', people.lena.id, [people.sam.id, people.ivy.id]],
    );
    const scribe = gatehouse.database.pools.scribe;
    assert.ok(await rehash(scribe));
    const [head] = await gatehouse.rows<{ origin: string }>('select origin from ledger.head');
    const mirror = mirrorFolder(`${gatehouse.mirrorFolder}/${head!.origin}`);
    await until('the mirror has all of it', async () => {
      const checked = await checkLog(mirror);
      return checked?.problems.length === 0 ? true : null;
    });

    const page = await people.sam.ask<AuditPage>('GET', `/audit?case=${caseId}`);
    assert.deepEqual([page.items, page.pruned?.below], [[], 256]);
    const order = await people.sam.ask<{ id: string }>(
      'POST',
      `/cases/${caseId}/evidence`,
      {},
      202,
    );
    const { keys } = gatehouse.app;
    const making = startEvidenceOrders({ pool: scribe, keys, onError: console.error });
    const because = await until('an answer', async () => {
      const asked = await people.sam.ask<EvidenceOrder>('GET', `/evidence/${order.id}`);
      return asked.because;
    });
    await making.stop();
    assert.match(because, /^The facts of this case were pruned on 20/);
  });

  it('were those of users and passkeys too, which go on to count', async () => {
    await fill(300);
    await makeOld(admin(), 512, 96);
    const it = await people.request(512);
    await people.approve(it.id, people.ivy);
    await people.approve(it.id, people.sam);
    const { out } = await ledgerCommand(gatehouse, 'prune', '--before-size', '600');
    assert.match(out, /^Facts go by bundles of 256: 600 is rounded down to 512\.$/m);
    assert.match(out, /^[2-9]\d\d facts below 512 are gone, with \d+ values and \d+ files\.$/m);
    assert.match(out, /tile\/entries\/000 to tile\/entries\/001 may be removed there by hand\.$/);
    await signed();
    assert.ok(await rehash(gatehouse.database.pools.scribe));
    await assert.rejects(
      ledgerCommand(gatehouse, 'prune', '--before-size', '512'),
      /No two people have approved, .* gatehouse pruning request 512/,
    );
    await company.tell('departure.confirmed', tom, { id: 'S-2', ...dismissal });
    await watch.become('complete', tom, ({ case: one }) => one.state === 'complete');
  });
});

describe('a clock that is moved by seven years', () => {
  it('lets go what was recorded before', { timeout: 85_000 }, async () => {
    const clock = await startMovedClock('2018-03-01T09:00:00Z');
    try {
      await clock.ask('hirePruners');
      await clock.ask('fill', 300);
      const refused = await clock.ask('prune', 256);
      assert.match(refused, /^retention: Every fact is kept for 84 months/);
      await clock.moveTo('2025-02-28T09:00:00Z');
      assert.match(await clock.ask('prune', 256), /^retention/);
      await clock.moveTo('2025-03-02T09:00:00Z');
      assert.match(await clock.ask('prune', 256), /^\d+ facts$/);
      const [row] = await clock.ask('rows', 'select min_index::int as min from ledger.head');
      assert.equal(row?.['min'], 256);
    } finally {
      await clock.stop();
    }
  });
});
