import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { searchAudit } from '#app/audit.ts';
import { handOverStep } from '#app/hand-over.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { createUser, disableUser, listUsers } from '#app/users.ts';
import { forgetOldTaskLinks } from '#store/task-links.ts';
import type { RunningApi } from '../src/api/start.ts';
import { type Company, emailOf, houseOf, person, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { answerByLink, linkIn, startWeb } from './support/task-links.ts';
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure, the short way
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: badge
    layer: operations
    task:
      title: "Collect the badge of {person.name}"
      instructions: Ask at the front desk.
      assign to: { email: fay@meadow.example }
      due: last working day + 5 days
      proof: [badge number]
    at: confirmed
  - id: laptop
    layer: operations
    task:
      title: "Collect the laptop of {person.name}"
      assign to: { email: fay@meadow.example }
      accepted by: { email: kim@meadow.example }
      due: last working day + 5 days
      proof: [serial number, condition]
    at: confirmed
`;

const move = `
playbook: role-change
title: Role change
for: role change
steps:
  - id: training
    layer: compliance
    task:
      title: "Training of {person.name} for the new role"
      assign to: newcomer
      due: start day + 10 working days
    at: confirmed
`;

const priya = person('E-1', 'Priya Nair');
const quinn = person('E-2', 'Quinn Quiet');
const leaving = (who: { id: string }, more: object = {}) => ({
  id: `S-${who.id}`,
  kind: 'involuntary',
  last_working_day: '2027-11-30',
  access_ends: '2027-11-30T17:00',
  ...more,
});

const everythingOf = (caseId: string) => ({
  caseId,
  person: null,
  system: null,
  actor: null,
  type: null,
  grade: null,
  result: null,
  from: null,
  to: null,
  text: null,
});

describe('people who are no users', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let web: RunningApi;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const { app, admin } = gatehouse;
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    web = await startWeb(app);
    for (const text of [playbook, move]) {
      const { playbook: draft } = await importPlaybook(app, admin, text);
      await publishPlaybook(app, admin, draft.id);
    }
    await company.tell('role.changed', person('E-20', 'Fay Facilities'), null);
    await company.tell('role.changed', person('E-21', 'Kim Colleague'), null);
    await company.tell('role.changed', person('E-22', 'Omar Other'), null);
    await watch.heard();
  });
  after(async () => {
    await web.stop();
    await gatehouse.stop();
    await company.close();
  });

  const letterTo = (name: string, subject: RegExp) =>
    company.mail.waitFor((it) => it.to.includes(emailOf(name)) && subject.test(it.subject));
  const stepNow = async (key: string) => stepOf((await watch.caseOf(priya))!, key)!;

  it('confirm by the link of their letter what they did: attested, with their name', async () => {
    await company.tell('departure.confirmed', priya, leaving(priya));
    const letter = await letterTo('Fay', /Collect the badge/);
    assert.deepEqual(
      (await listUsers(gatehouse.app, gatehouse.admin)).map((it) => it.email),
      ['ada@meadow.example'],
    );
    await watch.become('asked', priya, (it) => stepOf(it, 'badge')?.assignment != null);
    const page = await (await fetch(linkIn(web, letter))).text();
    assert.match(page, /Hello Fay,/);
    assert.match(page, /Collect the badge of Priya Nair/);

    assert.match(
      await answerByLink(gatehouse, web, letter, { act: 'done' }),
      /badge number<\/a>: This is/,
    );
    const answered = await answerByLink(gatehouse, web, letter, {
      act: 'done',
      'p-0': 'badge 120',
    });
    assert.match(answered, /<h1>Thank you<\/h1>/);
    const { grade, decision } = await stepNow('badge');
    assert.equal(grade, 'attested');
    assert.equal(decision?.byName, 'Fay Facilities');
    assert.equal(decision.proof, 'badge 120');
    assert.match(
      await answerByLink(gatehouse, web, letter, { act: 'done', 'p-0': 'x' }),
      /Already done/,
    );
  });

  it('accept or send back by the link of theirs what another one did', async () => {
    const asked = await letterTo('Fay', /Collect the laptop/);
    const done = { act: 'done', 'p-0': 'C02', 'p-1': 'good', note: 'Got it.' };
    assert.match(await answerByLink(gatehouse, web, asked, done), /<h1>Thank you<\/h1>/);

    const first = await letterTo('Kim', /Please accept: Collect the laptop/);
    const back = { act: 'send-back', note: 'The lid is broken.' };
    assert.match(await answerByLink(gatehouse, web, first, back), /<h1>Sent back<\/h1>/);
    const again = await letterTo('Fay', /Sent back to you: Collect the laptop/);
    assert.match(again.text, /Kim Colleague sent this back to you: The lid is broken\./);
    assert.match(await (await fetch(linkIn(web, first))).text(), /no longer yours/);

    const mended = { ...done, 'p-1': 'mended' };
    assert.match(await answerByLink(gatehouse, web, again, mended), /<h1>Thank you<\/h1>/);
    const second = await company.mail.waitFor(
      (it) => it.subject.includes('Please accept') && it.text.includes('mended'),
    );
    assert.match(
      await answerByLink(gatehouse, web, second, { act: 'accept' }),
      /Accepted, thank you/,
    );
    const { grade, decision } = await stepNow('laptop');
    assert.equal(grade, 'attested');
    assert.equal(decision?.byName, 'Fay Facilities');
    assert.equal(decision.acceptedByName, 'Kim Colleague');
  });

  it('stand in the record as whoever held the link, by name only where names are disclosed', async () => {
    await gatehouse.scribe.flush();
    const facts = await gatehouse.rows<{ type: string; actor: string; leaf: string }>(
      `select type, body -> 'actor' ->> 'kind' as actor, body::text as leaf
         from ledger.event_ix where type like 'step.%' and type <> 'step.held' order by idx`,
    );
    assert.deepEqual(
      facts.map((it) => it.type),
      ['step.attested', 'step.submitted', 'step.sent-back', 'step.submitted', 'step.accepted'],
    );
    for (const { actor, leaf } of facts) {
      assert.equal(actor, 'link');
      assert.doesNotMatch(leaf, /Facilities|Colleague|@meadow/); // three letters stand in some digests
    }
    const { app, admin } = gatehouse;
    const { case: it } = (await watch.caseOf(priya))!;
    const found = await searchAudit(app, admin, everythingOf(it.id), { cursor: null, limit: 100 });
    assert.deepEqual(
      found.events.flatMap(({ type, actorName }) =>
        type === 'step.attested' || type === 'step.accepted' ? [actorName] : [],
      ),
      ['Kim Colleague', 'Fay Facilities'],
    );
    await checkInvariants(gatehouse);
  });

  it('hold a link that ends once the task was handed over, and the next one has their own', async () => {
    const rita = person('E-3', 'Rita Rover');
    await company.tell('departure.confirmed', rita, leaving(rita));
    const former = await letterTo('Fay', /Collect the badge of Rita/);
    const found = await watch.become(
      'asked',
      rita,
      (it) => stepOf(it, 'badge')?.assignment != null,
    );
    const { id } = stepOf(found, 'badge')!;
    const to = { to: emailOf('Omar'), reason: 'Fay is away.' };
    await handOverStep(gatehouse.app, gatehouse.admin, id, to);
    const letter = await letterTo('Omar', /Handed over to you: Collect the badge of Rita/);
    const done = { act: 'done', 'p-0': '121' };
    assert.match(await answerByLink(gatehouse, web, former, done), /no longer yours/);
    assert.match(await answerByLink(gatehouse, web, letter, done), /<h1>Thank you<\/h1>/);
    const { decision } = stepOf((await watch.caseOf(rita))!, 'badge')!;
    assert.equal(decision?.byName, 'Omar Other');
  });

  it('are asked themselves when their role changes, else their manager', async () => {
    const role = (who: { id: string }) => ({
      role: { id: `R-${who.id}`, start_day: '2027-11-30' },
    });
    const nina = person('E-4', 'Nina Newrole', { department: 'Sales' });
    const gone = person('E-5', 'Gus Gone', { department: 'Sales' });
    const { app } = gatehouse;
    await createUser(app, { name: gone.name, email: gone.email, roles: ['hr'] });
    await disableUser(app, gone.email);
    for (const who of [nina, gone]) {
      await company.tell('role.changed', who, null);
      await watch.heard();
      await company.tell('role.changed', { ...who, department: 'Finance' }, null, role(who));
    }

    const letter = await letterTo('Nina', /Training of Nina Newrole/);
    assert.match(
      await answerByLink(gatehouse, web, letter, { act: 'done' }),
      /<h1>Thank you<\/h1>/,
    );
    const settled = stepOf((await watch.caseOf(nina))!, 'training')!;
    assert.equal(settled.decision?.byName, 'Nina Newrole');
    await letterTo('Mona', /Training of Gus Gone/);
    const asked = await watch.become(
      'the manager asked',
      gone,
      (it) => stepOf(it, 'training')?.assignment != null,
    );
    assert.equal(
      stepOf(asked, 'training')?.because,
      'Asked Mona Manager, since Gus Gone is no user any more.',
    );
  });

  it('get no link in a letter about a confidential departure', async () => {
    await company.tell('departure.confirmed', quinn, leaving(quinn, { confidential: true }));
    const letter = await letterTo('Fay', /a task for you/);
    assert.doesNotMatch(letter.text, /\/task\//);
    assert.doesNotMatch(gatehouse.logs.join('\n'), /\/task\/[A-Za-z0-9_-]{10}/);
  });

  it('are forgotten with their link a month after it has ended, unless the record names them', async () => {
    const links = () =>
      gatehouse.rows<{ id: string; isNamed: boolean }>(
        `select id, exists (select from ledger.event_ix where actor_id = task_links.id) as "isNamed"
           from task_links order by id`,
      );
    const forget = async (days: number) => {
      await gatehouse.rows(
        `update task_links set expires_at = now() - make_interval(days => $1)`,
        days,
      );
      await forgetOldTaskLinks(gatehouse.database.pools.scribe);
    };
    const before = await links();
    const named = before.filter((it) => it.isNamed);
    assert.ok(named.length > 0 && named.length < before.length);

    await forget(29);
    assert.deepEqual(await links(), before, 'whoever opens one is told that it has ended');
    await forget(31);
    assert.deepEqual(await links(), named);
  });
});
