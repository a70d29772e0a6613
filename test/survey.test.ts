import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { retryStep, waiveStep } from '#app/steps.ts';
import type { RunningApi } from '../src/api/start.ts';
import {
  account,
  type Company,
  houseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { startWeb } from './support/task-links.ts';
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure, the short way
for: departure
applies when: { all: [{ field: departure.kind, is one of: [involuntary, death] }] }
steps:
  - id: exit-survey
    layer: compliance
    survey: exit
    at: confirmed
  - id: block
    layer: security
    do: account.suspend
    on: { category: identity }
    at: access ends
  - id: return-keys
    layer: security
    task: { title: Take the keys back, assign to: { role: hr }, due: access ends + 1 days }
    at: access ends
`;

const home = (name: string) => ({ personal_email: `${name}@home.example` });
const priya = person('E-1', 'Priya Nair', { ...home('priya'), country: 'DE', department: 'Sales' });
const noah = person('E-2', 'Noah Nowhere', { personal_email: null });
const cora = person('E-3', 'Cora Company', { personal_email: 'Cora.Private@Meadow.example' });
const dora = person('E-4', 'Dora Dead', home('dora'));
const rory = person('E-5', 'Rory Returns', home('rory'));
const dismissal = (who: { id: string }, kind = 'involuntary') => ({
  id: `S-${who.id}`,
  kind,
  urgent: true,
  last_working_day: '2026-01-30',
});

const ownPage = { 'sec-fetch-site': 'same-origin' };

describe('the exit survey', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let watch: ReturnType<typeof watching>;
  let web: RunningApi;

  before(async () => {
    gatehouse = await startGatehouse();
    const { app, admin } = gatehouse;
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    await house.set('company', { name: 'Meadow & Co' });
    web = await startWeb(app);
    // The starter for deaths would apply first.
    for (const name of ['involuntary-departure', 'death']) {
      const text = playbook.replace('involuntary-departure', name);
      const { playbook: draft } = await importPlaybook(app, admin, text);
      await publishPlaybook(app, admin, draft.id);
    }
    const users = [priya, noah, cora, rory].map((it) => account(it.name));
    directory = await company.addSystem('directory', 'identity', { users });
  });
  after(async () => {
    await web.stop();
    await gatehouse.stop();
    await company.close();
  });

  const letters = () => company.mail.messages.filter((it) => it.text.includes('/survey/'));
  /** Where the link of a letter leads, on the server of this test. */
  const linkIn = (text: string) => {
    const [, token = ''] = /\/survey\/([A-Za-z0-9_-]{43})\n/.exec(text) ?? [];
    return `${web.url}/survey/${token}`;
  };
  const skip = async (who: { id: string }, key: string) => {
    const step = stepOf((await watch.caseOf(who))!, key)!;
    const expiresAt = new Date(Date.now() + 3_600_000);
    await waiveStep(gatehouse.app, gatehouse.admin, step.id, { reason: 'Has none.', expiresAt });
  };
  const surveyOf = async (who: { id: string }) =>
    stepOf((await watch.caseOf(who))!, 'exit-survey')!;

  it('waits for the whole security layer, though its playbook does not say so', async () => {
    await company.tell('departure.confirmed', priya, dismissal(priya));
    await watch.become('all but the keys', priya, (it) => {
      const isAsked = stepOf(it, 'return-keys')?.assignment !== null;
      return stepOf(it, 'block@directory:priya')?.grade === 'verified' && isAsked;
    });
    await watch.quiet();
    assert.equal(directory.isActive('priya'), false);
    assert.equal((await surveyOf(priya)).status, 'waiting');
    assert.deepEqual(letters(), []);
  });

  it('goes to the private address once the last security step is settled, and nowhere else', async () => {
    await skip(priya, 'return-keys');
    const letter = await company.mail.waitFor((it) => it.text.includes('/survey/'));
    assert.deepEqual(letter.to, ['priya@home.example']);
    assert.equal(letter.subject, 'Meadow & Co: Wie war es bei uns?');
    const found = await watch.become('the grade', priya, (it) => {
      return stepOf(it, 'exit-survey')?.grade === 'acknowledged';
    });
    assert.equal(stepOf(found, 'exit-survey')?.because, 'The mail server took the invitation.');
    await watch.quiet();
    assert.equal(letters().length, 1, 'one letter, to one address');
  });

  it('is answered with a browser that knows nothing but forms', async () => {
    const link = linkIn(letters()[0]!.text);
    const page = await fetch(link);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /Guten Tag Priya,/);
    const body = new URLSearchParams({
      act: 'send',
      'q-reason': 'growth',
      'q-change': 'Mehr Zeit',
    });
    const sent = await fetch(link, { method: 'POST', body, headers: ownPage });
    assert.match(await sent.text(), /Ihre Antworten sind angekommen/);
    assert.match(await (await fetch(link)).text(), /Schon beantwortet, vielen Dank/);

    await gatehouse.scribe.flush();
    const { case: it } = (await watch.caseOf(priya))!;
    const facts = await gatehouse.rows<{ type: string }>(
      "select type from ledger.event_ix where case_id = $1 and type like 'survey.%'",
      it.id,
    );
    assert.deepEqual(facts, [{ type: 'survey.answered' }]);
    assert.doesNotMatch(JSON.stringify(await watch.caseOf(priya)), /Mehr Zeit|growth/);
    assert.doesNotMatch(gatehouse.logs.join('\n'), /Mehr Zeit|\/survey\/[A-Za-z0-9_-]{10}/);
  });

  it('is held where there is no private address, and goes out once there is one', async () => {
    await company.tell('departure.confirmed', noah, dismissal(noah));
    await watch.become('the keys', noah, (it) => stepOf(it, 'return-keys')?.assignment != null);
    await skip(noah, 'return-keys');
    const held = await watch.become(
      'held',
      noah,
      (it) => stepOf(it, 'exit-survey')?.status === 'held',
    );
    assert.match(stepOf(held, 'exit-survey')?.because ?? '', /no private address is known\. Enter/);

    await company.tell('role.changed', { ...noah, ...home('noah') }, null);
    await watch.heard();
    await retryStep(gatehouse.app, gatehouse.admin, (await surveyOf(noah)).id);
    const letter = await company.mail.waitFor((it) => it.to.includes('noah@home.example'));
    assert.match(letter.text, /how was it at Meadow & Co\?/);
  });

  it('is held where the private address is a mailbox of the company', async () => {
    await company.tell('departure.confirmed', cora, dismissal(cora));
    await watch.become('the keys', cora, (it) => stepOf(it, 'return-keys')?.assignment != null);
    await skip(cora, 'return-keys');
    const held = await watch.become(
      'held',
      cora,
      (it) => stepOf(it, 'exit-survey')?.status === 'held',
    );
    assert.match(stepOf(held, 'exit-survey')?.because ?? '', /a mailbox of the company/);
    assert.ok(letters().every(({ to }) => !to.some((it) => /meadow\.example$/i.test(it))));
  });

  it('waits once more when a security step opens again at the last moment', async () => {
    await gatehouse.restartWorker({ probeMs: 200 });
    await company.tell('departure.confirmed', rory, dismissal(rory));
    const asked = await watch.become('the keys', rory, (it) => {
      return (
        stepOf(it, 'return-keys')?.assignment != null &&
        stepOf(it, 'block@directory:rory')?.grade != null
      );
    });
    // As if the plan had forgotten: nothing keeps the step from being taken up but the engine.
    const survey = stepOf(asked, 'exit-survey')!;
    await gatehouse.rows(
      "update steps set status = 'ready', after = '{}', wake_at = now() where id = $1",
      survey.id,
    );
    await watch.become('a wait', rory, (it) => {
      return /Waits until every step/.test(stepOf(it, 'exit-survey')?.because ?? '');
    });
    assert.ok(!letters().some(({ to }) => to.includes('rory@home.example')));
    await skip(rory, 'return-keys');
    await company.mail.waitFor((it) => it.to.includes('rory@home.example'));
  });

  it('is never sent after a death', async () => {
    await company.tell('departure.confirmed', dora, dismissal(dora, 'death'));
    const found = await watch.become('a plan', dora, ({ case: it }) => it.planDigest !== null);
    assert.equal(stepOf(found, 'exit-survey'), undefined);
    assert.match(found.case.planNotes.join('\n'), /after a death no survey is sent/);
  });

  it('is over when nobody answers in time; what was only saved is deleted', async () => {
    const letter = letters().find(({ to }) => to.includes('noah@home.example'))!;
    const body = new URLSearchParams({ act: 'save', 'q-keep': 'The lake' });
    await fetch(linkIn(letter.text), { method: 'POST', body, headers: ownPage });
    await gatehouse.rows(
      `update survey_invitations set expires_at = now() - interval '25 hours' where outcome is null`,
    );
    const ended = await gatehouse.rows('select from survey_answers where sent_at is null');
    assert.equal(ended.length, 1);
    await watch.quiet();
    await watch.quiet();
    assert.equal(
      (await gatehouse.rows('select from survey_answers where sent_at is null')).length,
      0,
    );
    const outcomes = await gatehouse.rows<{ outcome: string }>(
      'select outcome from survey_invitations order by id',
    );
    assert.deepEqual(outcomes.map((it) => it.outcome).toSorted(), [
      'answered',
      'expired',
      'expired',
    ]);
    assert.equal((await fetch(linkIn(letter.text))).status, 410);
  });
});
