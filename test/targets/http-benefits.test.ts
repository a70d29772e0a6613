import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { bringBack, cancelCase } from '#app/cases.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { attestStep } from '#app/steps.ts';
import { createUser } from '#app/users.ts';
import { type BenefitsServer, startBenefitsServer } from '../../practice/servers/benefits.ts';
import { type Company, houseOf, person, startCompany } from '../support/company.ts';
import { startGatehouse, type TestGatehouse } from '../support/gatehouse.ts';
import { checkInvariants } from '../support/invariants.ts';
import { page } from '../support/pages.ts';
import { isPlanned, watching } from '../support/watch.ts';

const handbook = page('docs/connect/benefits.md');
const [settings, playbook] = ['', 'playbook'].map(
  (purpose) => handbook.blocks.find((it) => it.language === 'yaml' && it.purpose === purpose)!.text,
) as [string, string];

/** In the place of the one that comes along for whoever resigns. */
const instead = playbook.replace('playbook: benefits', 'playbook: planned-departure');

const token = randomBytes(12).toString('hex');
const rosa = person('E-801', 'Rosa Reyes');
const hugo = person('E-802', 'Hugo Hall');
const lies = person('E-803', 'Lou Liar');
const leaving = (id: string) => ({
  ...{ id, kind: 'resignation' },
  last_working_day: '2026-01-30',
  employment_ends: '2026-01-31',
});

describe('benefits, as the handbook describes them', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let benefits: BenefitsServer;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    benefits = await startBenefitsServer({
      token,
      members: [
        { id: 'm-1', email: 'service@meadow.example' },
        ...[rosa, hugo, lies].map(({ email }, i) => ({ id: `m-${i + 2}`, email })),
      ],
      plans: { 'm-2': ['health', 'dental'], 'm-3': ['health'], 'm-4': ['health'] },
    });
    await gatehouse.connect(
      {
        ...{ id: 'benefits', name: 'Benefits', connector: 'http', category: 'hr' },
        settings: { ...parse(settings), address: benefits.url, secret: token },
      },
      [benefits.port],
    );
    const { app, admin } = gatehouse;
    await createUser(app, { name: 'Hanna HR', email: 'hanna@meadow.example', roles: ['hr'] });
    const { playbook: draft } = await importPlaybook(app, admin, instead);
    await publishPlaybook(app, admin, draft.id);
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
    await benefits.close();
  });

  const coverOf = (member: string) =>
    benefits.enrollments
      .filter((it) => it.member === member)
      .map((it) => `${it.plan} ${it.status}`);

  it('end in every plan and are read back, while the notices are tasks with deadline and proof', async () => {
    await company.tell('departure.confirmed', rosa, leaving('S-1'));
    const asked = await watch.become('the end of cover and two tasks', rosa, ({ steps }) => {
      const tasks = steps.filter(({ kind }) => kind === 'task');
      const ended = steps.find(
        ({ playbookStep, account }) => playbookStep === 'end-benefits' && account,
      );
      return (
        ended?.grade === 'verified' && tasks.length === 2 && tasks.every((it) => it.assignment)
      );
    });
    assert.deepEqual(coverOf('m-2'), ['health ended', 'dental ended']);
    assert.equal(asked.case.state === 'complete', false, 'the notices are not out');
    for (const { id, assignment, kind } of asked.steps) {
      if (kind !== 'task' || !assignment) continue;
      assert.ok(assignment.deadline);
      const proof = Object.fromEntries(assignment.proof.map((label) => [label, '2026-02-02']));
      await assert.rejects(attestStep(gatehouse.app, gatehouse.admin, id, { reason: 'Sent.' }));
      await attestStep(gatehouse.app, gatehouse.admin, id, { reason: 'Sent.', proofs: proof });
    }
    await watch.become('the end', rosa, ({ case: it }) => it.state === 'complete');
  });

  it('are reinstated where they were ended, when somebody stays', async () => {
    await company.tell('departure.confirmed', hugo, leaving('S-2'));
    const cut = await watch.become('the end of cover', hugo, ({ steps }) =>
      steps.some(({ account, grade }) => account && grade === 'verified'),
    );
    assert.deepEqual(coverOf('m-3'), ['health ended']);
    const { app, admin } = gatehouse;
    await cancelCase(app, admin, cut.case.id);
    const back = await watch.become(
      'a way back',
      hugo,
      (it) => it.case.state === 'waiting-for-approval' && isPlanned(it),
    );
    await bringBack(app, admin, back.case.id, back.case.planDigest!);
    await watch.become('cover', hugo, ({ case: it }) => it.state === 'brought-back');
    assert.deepEqual(coverOf('m-3'), ['health active']);
  });

  it('are not believed to have ended where the administrator only says so', async () => {
    benefits.lies = true;
    await company.tell('departure.confirmed', lies, leaving('S-3'));
    const held = await watch.become('a held step', lies, ({ steps }) =>
      steps.some((step) => step.account && step.status === 'held'),
    );
    const step = held.steps.find(({ account }) => account !== null);
    assert.match(step?.because ?? '', /does not show/);
    assert.deepEqual(coverOf('m-4'), ['health active']);
  });

  it('leave a record in which everything holds together', async () => {
    await checkInvariants(gatehouse, { secrets: [token] });
  });
});
