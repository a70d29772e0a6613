import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { StepRow } from '#app/cases.ts';
import { changeSetting } from '#app/settings.ts';
import { attestStep } from '#app/steps.ts';
import { createUser } from '#app/users.ts';
import { until } from '#core/testing/until.ts';
import { type Company, houseOf, person, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { stepOf, watching } from './support/watch.ts';

const california = {
  country: 'US',
  region: 'CA',
  zone: 'America/Los_Angeles',
  employment_type: 'employee',
};
const rita = person('E-801', 'Rita Moss', california);
const nora = person('E-802', 'Nora Nowhere', { country: 'US', employment_type: 'employee' });
const finn = person('E-803', 'Finn Broker', { ...california, tags: ['finra-registered'] });

const dismissal = (who: { id: string }) => ({
  id: `S-${who.id}`,
  kind: 'involuntary',
  last_working_day: '2026-12-01',
  employment_ends: '2026-12-31',
});

const dutiesIn = (steps: readonly StepRow[]) =>
  steps.filter((it) => it.playbookStep === 'legal-duties').map((it) => it.key.split(':')[1]);

describe('what the law asks for', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    await createUser(gatehouse.app, {
      name: 'Paula Payroll',
      email: 'paula@meadow.example',
      roles: ['payroll'],
    });
    await house.set('company', { headcount: 250 });
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  it('becomes tasks with deadlines of the place where somebody works', async () => {
    await company.tell('departure.confirmed', rita, dismissal(rita));
    const found = await watch.become('the duties', rita, ({ steps }) =>
      steps.some((it) => it.playbookStep === 'legal-duties' && it.assignment !== null),
    );
    assert.deepEqual(dutiesIn(found.steps), [
      'us-ca-final-pay-dismissed',
      'us-ca-separation-notice',
      'us-cobra-plan-notice',
      'us-cobra-election-notice',
      'us-cobra-dependants',
    ]);
    const pay = stepOf(found, 'legal-duties:us-ca-final-pay-dismissed');
    assert.equal(pay?.kind, 'task');
    assert.equal(pay.layer, 'compliance');
    // The end of the day in California.
    assert.equal(pay.task?.deadline, '2027-01-01T08:00:00.000Z');
    assert.equal(pay.task.obligation?.standing, 'second');
  });

  it('reaches whoever is to see to it, with source, doubt and a word about counsel', async () => {
    const letter = await company.mail.waitFor(
      (it) =>
        it.to.includes('paula@meadow.example') &&
        it.subject.includes('Pay everything that is owed'),
    );
    assert.match(letter.text, /California Labor Code, section 201/);
    assert.match(letter.text, /Not reviewed by counsel/);
    assert.match(letter.text, /waiting-time penalty/);
  });

  it('is done when somebody vouches for it with proof, which the record keeps', async () => {
    const key = 'legal-duties:us-ca-final-pay-dismissed';
    const found = await watch.become(
      'somebody to be asked',
      rita,
      (it) => stepOf(it, key)?.assignment !== null,
    );
    const pay = stepOf(found, key)!;
    const { app, admin } = gatehouse;
    await attestStep(app, admin, pay.id, { reason: 'Paid.', proof: 'transfer 4711' });
    await watch.become('the grade', rita, (it) => stepOf(it, key)?.grade === 'attested');
    await gatehouse.scribe.flush();
    const facts = await gatehouse.rows<{ type: string }>(
      `select type from ledger.event_ix where case_id = $1 and body -> 'step' ->> 'id' = $2`,
      found.case.id,
      pay.id,
    );
    assert.deepEqual(
      facts.map((it) => it.type),
      ['step.attested'],
    );
  });

  it('tells once that counsel has not seen a rule pack, until somebody says so', async () => {
    const told = async () =>
      (await watch.alerts('obligations.unreviewed')).map((it) => it.body.split(' which ')[0]);
    assert.deepEqual((await told()).toSorted(), [
      'A departure goes by the rule pack us,',
      'A departure goes by the rule pack us-ca,',
    ]);
    const reviews = {
      us: { on: '2026-11-01', by: 'Dana Counsel' },
      'us-ca': { on: '2026-11-01', by: 'Dana Counsel' },
    };
    await changeSetting(gatehouse.app, gatehouse.admin, 'obligations', { reviews });
    await until('nothing to tell', async () => (await told()).length === 0);
  });

  it('says in the plan which laws it could not decide on', async () => {
    await company.tell('departure.confirmed', nora, dismissal(nora));
    const found = await watch.become('a plan', nora, ({ case: it }) => it.planDigest !== null);
    assert.deepEqual(dutiesIn(found.steps), [
      'us-cobra-plan-notice',
      'us-cobra-election-notice',
      'us-cobra-dependants',
    ]);
    assert.match(
      found.case.planNotes.join('\n'),
      /Not filled in: person\.region\. So it is not known which of these laws apply:.*California/,
    );
    const cobra = stepOf(found, 'legal-duties:us-cobra-plan-notice');
    assert.equal(cobra?.task?.obligation?.reviewed, '2026-11-01, Dana Counsel');
  });

  it('leaves out what starts off, until it is switched on by a name that there is', async () => {
    const { app, admin } = gatehouse;
    await assert.rejects(
      changeSetting(app, admin, 'obligations', { switchedOn: ['finra-form-u6'] }),
      /does not fit/,
    );
    await changeSetting(app, admin, 'obligations', { switchedOn: ['finra-form-u5'] });
    await company.tell('departure.confirmed', finn, dismissal(finn));
    const found = await watch.become('a plan', finn, ({ case: it }) => it.planDigest !== null);
    const form = stepOf(found, 'legal-duties:finra-form-u5');
    assert.equal(form?.task?.deadline, '2027-01-31T08:00:00.000Z');
    assert.ok(!dutiesIn((await watch.caseOf(rita))!.steps).includes('finra-form-u5'));
  });
});
