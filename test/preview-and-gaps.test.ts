import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type CaseWithSteps, requestCase, resumeCase } from '#app/cases.ts';
import { removeConnection } from '#app/connections.ts';
import { linkFoundAccount } from '#app/people.ts';
import { previewPlan } from '#app/plans.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { attestStep, retryStep } from '#app/steps.ts';
import type { DepartureFacts } from '#core/departure.ts';
import {
  account,
  type Company,
  houseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { isPlanned, stepOf, watching } from './support/watch.ts';

interface Preview {
  readonly digest: string;
  readonly playbook: { readonly name: string };
  readonly steps: readonly { readonly key: string; readonly after: readonly string[] }[];
  readonly gaps: readonly string[];
  readonly unanswered: readonly { readonly connection: string }[];
}

const facts = (change: Partial<DepartureFacts> = {}): Omit<DepartureFacts, 'id'> => ({
  ...{ kind: 'resignation', urgent: false, confidential: false, accessEnds: null },
  ...{ lastWorkingDay: '2031-06-30', employmentEnds: null, payEnds: null, reason: null },
  ...change,
});

const priya = person('E-1', 'Priya Nair');
const lea = person('E-2', 'Lea Lind');
const tom = person('E-3', 'Tom Tamm');
const kim = person('E-4', 'Kim Kay');

describe('plans', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let archive: ScimSystem;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    await house.set('guardrails', {
      departuresPerHour: 100,
      departuresPerDay: 100,
      groupAtLeast: 100,
    });
    const users = ['Priya', 'Lea', 'Tom', 'Kim'].map(account);
    const sales = { id: 'sales', displayName: 'Sales', members: ['priya', 'lea', 'tom'] };
    directory = await company.addSystem('directory', 'identity', { users, groups: [sales] });
    archive = await company.addSystem('archive', 'other', { users });
    for (const who of [priya, lea, tom, kim]) await company.tell('role.changed', who, null);
    await watch.heard();
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const preview = async (who: { id: string }, departure: Omit<DepartureFacts, 'id'>) =>
    (await previewPlan(gatehouse.app, gatehouse.admin, {
      person: who.id,
      departure,
    })) as Preview;
  const request = async (who: { id: string }, departure: Omit<DepartureFacts, 'id'>) => {
    await requestCase(gatehouse.app, gatehouse.admin, { personId: who.id, departure });
    return watch.become('a plan', who, isPlanned);
  };
  const keysOf = ({ steps }: CaseWithSteps) => steps.map((step) => step.key).toSorted();
  const publish = async (text: string) => {
    const { playbook } = await importPlaybook(gatehouse.app, gatehouse.admin, text);
    await publishPlaybook(gatehouse.app, gatehouse.admin, playbook.id);
  };

  it('are shown before as they are carried out after', async () => {
    // An account that only a person could tell whose it is.
    archive.users.set('x9', { id: 'x9', userName: 'robot-9', active: true });
    await gatehouse.database.pools.admin.query(
      `insert into accounts (connection_id, account_id, login, status, privileged)
       values ('archive', 'x9', 'robot-9', 'active', false)`,
    );
    const [row] = await gatehouse.rows<{ id: string }>(
      'select id from people where person_id = $1',
      priya.id,
    );
    await linkFoundAccount(gatehouse.app, gatehouse.admin, {
      ...{ connectionId: 'archive', accountId: 'x9', person: row!.id },
    });

    for (const [who, departure] of [
      [priya, facts()],
      [lea, facts({ kind: 'involuntary', lastWorkingDay: null, urgent: true })],
    ] as const) {
      const shown = await preview(who, departure);
      const asked = directory.requests.length;
      assert.equal((await watch.caseOf(who))?.case ?? null, null, 'a preview opens nothing');
      const opened = await request(who, departure);

      assert.equal(opened.case.planDigest, shown.digest);
      assert.deepEqual(keysOf(opened), shown.steps.map((it) => it.key).toSorted());
      assert.ok(directory.requests.length > asked, 'the case looks for itself');
    }
    assert.ok((await watch.caseOf(priya))!.steps.some((it) => it.key.endsWith('@archive:x9')));
  });

  it('say in a preview who does not answer, and look it up later', async () => {
    archive.behaviour = 'down';
    const shown = await preview(tom, facts());
    assert.deepEqual(
      shown.unanswered.map((it) => it.connection),
      ['archive'],
    );
    assert.ok(shown.steps.some((it) => it.key === 'lookup:archive'));
    const other = await preview(tom, facts({ lastWorkingDay: '2031-07-01' }));
    assert.notEqual(other.digest, shown.digest);

    const opened = await request(tom, facts());
    assert.equal(opened.case.planDigest, shown.digest);
    archive.behaviour = 'normal';
    const wider = await watch.become(
      'what was found later',
      tom,
      (it) => stepOf(it, 'block-accounts@archive:tom') !== undefined,
    );
    assert.equal(stepOf(wider, 'lookup:archive')?.grade, 'verified');
  });

  it('follow the playbook of their kind', async () => {
    assert.equal((await preview(kim, facts())).playbook.name, 'planned-departure');
    const dismissed = facts({ kind: 'involuntary' });
    assert.equal((await preview(kim, dismissed)).playbook.name, 'involuntary-departure');
  });

  it('show an account that no step covers as a gap, which holds the case until somebody answers for it', async () => {
    await publish(`
playbook: involuntary-departure
title: Only the directory
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - { id: block, layer: security, do: account.suspend, on: { category: identity }, at: access ends }
`);
    const departure = facts({ kind: 'involuntary' });
    const shown = await preview(kim, departure);
    assert.deepEqual(shown.gaps, ['gap:archive:kim']);

    await request(kim, departure);
    const held = await watch.become(
      'the gap, and the rest done',
      kim,
      (it) =>
        stepOf(it, 'gap:archive:kim')?.status === 'held' &&
        stepOf(it, 'block@directory:kim')?.grade === 'verified',
    );
    assert.equal(held.case.accessRemovedAt, null);
    assert.equal(held.case.state, 'running');
    const gap = stepOf(held, 'gap:archive:kim')!;
    await assert.rejects(
      retryStep(gatehouse.app, gatehouse.admin, gap.id),
      /No step of the playbook covers this account/,
    );
    const alerts = await watch.alerts('step.held');
    assert.ok(alerts.some((it) => it.step_id === gap.id));

    await attestStep(gatehouse.app, gatehouse.admin, gap.id, {
      ...{ reason: 'Closed it in the archive.', proof: 'ticket 9' },
    });
    const ended = await watch.become('the end', kim, ({ case: it }) => it.state === 'complete');
    assert.equal(stepOf(ended, 'gap:archive:kim')?.grade, 'attested');
    assert.equal(archive.isActive('kim'), true, 'nobody but a person touched it');
  });

  it('wait with a question where no playbook applies, and go on when one is published', async () => {
    const max = person('E-5', 'Max Moor');
    directory.users.set('max', { id: 'max', userName: max.email, active: true });
    const layoffs = (condition: string) =>
      publish(`
playbook: layoff
title: Layoff
for: departure
applies when: { all: [{ field: departure.kind, is: layoff }${condition}] }
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
`);
    await layoffs(', { field: person.location, is: nowhere }');

    const layoff = { id: 'S-5', kind: 'layoff', last_working_day: '2031-06-30' };
    await company.tell('departure.confirmed', max, layoff);
    const asked = await watch.become('a question', max, ({ case: it }) => it.question !== null);
    assert.equal(asked.case.state, 'draft');
    assert.match(asked.case.question!, /No playbook applies to this departure/);
    const [alert] = await watch.alerts('case.question');
    assert.equal(alert?.case_id, asked.case.id);
    await watch.quiet();
    assert.equal((await watch.caseOf(max))!.steps.length, 0);

    await layoffs('');
    const planned = await watch.become('a plan', max, isPlanned);
    assert.equal(planned.case.question, null);
    assert.equal(planned.case.state, 'scheduled');
    assert.deepEqual(await watch.alerts('case.question'), []);
    await assert.rejects(
      resumeCase(gatehouse.app, gatehouse.admin, planned.case.id),
      /is not paused/,
    );
  });

  it('keep what was planned in a system that is removed, for a person to see to', async () => {
    const noa = person('E-6', 'Noa Nash');
    const users = [account('Noa')];
    directory.users.set('noa', { id: 'noa', userName: noa.email, active: true });
    await company.addSystem('fax', 'other', { users });
    await company.tell('departure.confirmed', noa, {
      ...{ id: 'S-6', kind: 'resignation', last_working_day: '2031-06-30' },
    });
    const key = 'block-accounts@fax:noa';
    await watch.become('a plan', noa, (it) => isPlanned(it) && stepOf(it, key) !== undefined);

    await removeConnection(gatehouse.app, gatehouse.admin, 'fax');
    await company.tell('departure.changed', noa, {
      ...{ id: 'S-6', kind: 'resignation', last_working_day: '2025-06-30' },
    });
    const held = await watch.become('help', noa, (it) => stepOf(it, key)?.status === 'held');
    assert.match(stepOf(held, key)!.because!, /The connection fax was removed/);
    const alerts = await watch.alerts('step.held');
    assert.ok(alerts.some((it) => it.step_id === stepOf(held, key)!.id));
    assert.equal(held.case.accessRemovedAt, null);
    await watch.become('the rest', noa, () => directory.isActive('noa') === false);
  });

  it('come out right in the record', async () => {
    await watch.quiet();
    await checkInvariants(gatehouse);
  });
});
