import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { acceptStep, sendBackStep } from '#app/acceptance.ts';
import type { Caller } from '#app/app.ts';
import type { CaseWithSteps } from '#app/cases.ts';
import { handOverStep } from '#app/hand-over.ts';
import { askForTime, giveTime, refuseTime } from '#app/more-time.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { Problem } from '#app/problem.ts';
import { addProof } from '#app/proofs.ts';
import { changeSetting } from '#app/settings.ts';
import { attestStep, retryStep, waiveStep } from '#app/steps.ts';
import { listTasks } from '#app/tasks.ts';
import { createUser, disableUser } from '#app/users.ts';
import type { Role } from '#core/user.ts';
import { type Company, emailOf, houseOf, person, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure, the short way
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: laptop
    layer: operations
    task:
      title: "Collect the laptop of {person.name}"
      assign to: { role: facilities }
      accepted by: { role: it-operator }
      due: last working day + 5 days
      proof: [serial number, condition, file: receipt]
    at: confirmed
  - id: take-over
    layer: operations
    task:
      title: { en: "Take over the work of {person.name}", de: "Die Arbeit von {person.name} übernehmen" }
      assign to: manager
      due: last working day
    at: confirmed
  - id: overdue
    layer: operations
    task: { title: Stop the salary, assign to: { email: payroll@meadow.example }, due: confirmed - 2 days }
    at: confirmed
  - id: farewell
    layer: operations
    notice:
      to: [personal address]
      subject: { en: "Goodbye {person.name}", de: "Auf Wiedersehen {person.name}" }
      text: { en: "You were our {person.title}.", de: "Sie waren bei uns {person.title}." }
    at: confirmed
  - id: tell
    layer: operations
    notice:
      to: [manager, leaver, reports]
      subject: "{person.name} leaves"
      text: "Last working day: {last working day}."
    at: confirmed
`;

const nextYear = { last_working_day: '2027-11-30', access_ends: '2027-11-30T17:00' };
const leaving = (who: { id: string }, more: object = {}) => ({
  id: `S-${who.id}`,
  kind: 'involuntary',
  ...nextYear,
  ...more,
});
const saying = (words: RegExp) => (error: unknown) =>
  error instanceof Problem && words.test(error.message);

let gatehouse: TestGatehouse;
let company: Company;
let watch: ReturnType<typeof watching>;
const staff: Record<string, Caller> = {};

async function hire(name: string, roles: readonly Role[]): Promise<void> {
  const user = await createUser(gatehouse.app, { name, email: emailOf(name), roles });
  staff[name.split(' ')[0]!.toLowerCase()] = {
    user,
    actor: { kind: 'person', id: user.id, auth: 'token' },
  };
}

describe('tasks and notices', () => {
  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const { app, admin } = gatehouse;
    await hire('Fay Facilities', ['facilities']);
    await hire('Omar Operations', ['facilities']);
    await disableUser(app, emailOf('Omar'));
    await hire('Iris Operator', ['it-operator']);
    await hire('Hanna Human', ['hr']);
    await changeSetting(app, admin, 'playbooks', { secondPerson: false });
    await changeSetting(app, admin, 'guardrails', {
      departuresPerHour: 100,
      departuresPerDay: 100,
      groupAtLeast: 100,
    });
    const { playbook: draft } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, draft.id);
    await company.tell('role.changed', person('E-9', 'Marta Silva', { manager_id: null }), null);
    await company.tell('role.changed', person('E-7', 'Mona Manager', { manager_id: 'E-9' }), null);
    await company.tell('role.changed', person('E-20', 'Kim Colleague'), null);
    await company.tell('role.changed', person('E-21', 'Rosa Report', { manager_id: 'E-1' }), null);
    await watch.heard();
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const mailTo = (name: string, subject: RegExp) =>
    company.mail.waitFor((it) => it.to.includes(emailOf(name)) && subject.test(it.subject));
  const mailsTo = (name: string) =>
    company.mail.messages.filter((it) => it.to.includes(emailOf(name)));
  const asked = (key: string) => (it: CaseWithSteps) =>
    stepOf(it, key)?.assignment?.people.length !== undefined &&
    stepOf(it, key)?.assignment?.news === undefined;
  /** Reminders come once a day; this is the day after. */
  async function remind(stepId: string): Promise<void> {
    await gatehouse.rows('update steps set wake_at = clock_timestamp() where id = $1', stepId);
    await gatehouse.rows('select wake_steps(array[$1])', stepId);
  }

  const priya = person('E-1', 'Priya Nair', {
    personal_email: 'p@home.example',
    country: 'DE',
    title: 'Leiterin',
  });

  describe('a task that is handed over', () => {
    let laptop: string;

    it('is asked of another person, and who had it is told', async () => {
      await company.tell('departure.confirmed', priya, leaving(priya));
      const found = await watch.become('a task', priya, asked('laptop'));
      laptop = stepOf(found, 'laptop')!.id;
      assert.equal(stepOf(found, 'laptop')!.because, 'Asked Fay Facilities.');

      const { app } = gatehouse;
      const to = await handOverStep(app, staff['fay']!, laptop, {
        to: 'KIM@meadow.example',
        reason: 'Kim sits beside her.',
      });
      assert.equal(to.name, 'Kim Colleague');

      const letter = await mailTo('Kim', /Handed over to you: Collect the laptop of Priya Nair/);
      assert.match(letter.text, /Fay Facilities handed this over to you: Kim sits beside her\./);
      assert.match(
        letter.text,
        /Please write down: serial number, condition\nPlease attach: receipt/,
      );
      const told = await mailTo('Fay', /No longer yours: Collect the laptop/);
      assert.match(told.text, /Kim Colleague does this now/);
      const row = await watch.become('the row', priya, asked('laptop'));
      assert.equal(
        stepOf(row, 'laptop')!.because,
        'Asked Kim Colleague; Fay Facilities handed it over: Kim sits beside her.',
      );
      await assert.rejects(
        attestStep(app, staff['fay']!, laptop, { reason: 'Mine.', proof: 'x' }),
        saying(/There is no step/),
      );
    });

    it('is refused to whoever cannot have it, with the reason', async () => {
      const { app } = gatehouse;
      const to = (it: string, by = staff['hanna']!) =>
        handOverStep(app, by, laptop, { to: it, reason: 'Away.' });
      await assert.rejects(to('nobody@meadow.example'), saying(/Nobody is known by nobody@/));
      await assert.rejects(to('priya@meadow.example'), saying(/Priya Nair cannot.*about them/));
      await assert.rejects(to('omar@meadow.example'), saying(/Omar.*no user any more/));
      await assert.rejects(to('kim@meadow.example'), saying(/theirs already/));
      await assert.rejects(to('iris@meadow.example', staff['fay']!), saying(/There is no step/));
      const { steps } = (await watch.caseOf(priya))!;
      const notice = steps.find((it) => it.kind === 'notice')!;
      await assert.rejects(
        handOverStep(app, staff['hanna']!, notice.id, { to: 'kim@meadow.example', reason: 'x' }),
        saying(/waits for a person/),
      );
    });

    it('stays with them when the plan is made again, and reminders go to them', async () => {
      await company.tell(
        'departure.changed',
        priya,
        leaving(priya, { last_working_day: '2027-11-25' }),
      );
      const moved = await mailTo('Kim', /New date: Collect the laptop/);
      assert.match(moved.text, /Due: 2027-11-30/);
      await watch.become(
        'the new date on the row',
        priya,
        (it) => stepOf(it, 'laptop')?.assignment?.deadline === '2027-11-30T23:00:00.000Z',
      );
      await remind(laptop);
      await mailTo('Kim', /Reminder: Collect the laptop/);
      assert.equal(mailsTo('Fay').length, 2);
    });

    it('can be given to a user by HR, which the record keeps', async () => {
      const { app } = gatehouse;
      const { id } = staff['fay']!.user;
      await handOverStep(app, staff['hanna']!, laptop, { to: id, reason: 'Kim is ill.' });
      await mailTo('Fay', /Handed over to you: Collect the laptop/);
      await mailTo('Kim', /No longer yours/);
      const own = await listTasks(app, staff['fay']!, { mine: true });
      assert.deepEqual(
        own.map((it) => it.id),
        [laptop],
      );
    });
  });

  describe('a task that takes longer', () => {
    const until = new Date('2028-01-15T23:00:00.000Z');
    const ask = (by = staff['fay']!, more = {}) =>
      watch.become('whoever is asked', priya, asked('laptop')).then((it) =>
        askForTime(gatehouse.app, by, stepOf(it, 'laptop')!.id, {
          until,
          reason: 'She is on holiday.',
          ...more,
        }),
      );
    const laptop = async () => stepOf((await watch.caseOf(priya))!, 'laptop')!;

    it('keeps its date until another person agrees, who is told', async () => {
      await assert.rejects(ask(staff['hanna']!), saying(/Only whoever is asked/));
      await assert.rejects(
        ask(staff['fay']!, { until: new Date('2027-11-20T23:00:00.000Z') }),
        saying(/ends after the date that is set/),
      );
      await ask();
      const { id, assignment, because } = await laptop();
      assert.equal(assignment?.deadline, '2027-11-30T23:00:00.000Z');
      assert.equal(because, 'Fay Facilities asks for more time: She is on holiday.');
      const [alert] = await watch.alerts('task.more-time');
      assert.match(alert!.body, /Fay Facilities asks for time until 2028-01-15/);
      await assert.rejects(ask(), saying(/has asked already/));
      const { app } = gatehouse;
      await assert.rejects(giveTime(app, staff['fay']!, id), saying(/needs one of the roles/));
    });

    it('keeps it where they do not, and says why', async () => {
      const { id } = await laptop();
      const because = { reason: 'The auditor comes.' };
      await refuseTime(gatehouse.app, staff['hanna']!, id, because);
      const letter = await mailTo('Fay', /No more time: Collect the laptop/);
      assert.match(letter.text, /Hanna Human could not give it: The auditor comes\./);
      await assert.rejects(
        giveTime(gatehouse.app, staff['hanna']!, id),
        saying(/Nobody asks for more time/),
      );
    });

    it('is due on the day that was asked for once they do', async () => {
      await ask();
      const { id } = await laptop();
      await giveTime(gatehouse.app, staff['hanna']!, id);
      const letter = await company.mail.waitFor(
        (it) => it.to.includes(emailOf('Fay')) && it.text.includes('Due: 2028-01-15'),
      );
      assert.match(letter.subject, /New date: Collect the laptop/);
      const moved = await watch.become(
        'the new date',
        priya,
        (it) => stepOf(it, 'laptop')?.assignment?.deadline === until.toISOString(),
      );
      assert.equal(stepOf(moved, 'laptop')?.assignment?.moreTime, undefined);
    });
  });

  describe('a task that its receiver has to accept', () => {
    const laptopOf = async () => stepOf((await watch.caseOf(priya))!, 'laptop')!;

    it('needs every proof that it names', async () => {
      const { app } = gatehouse;
      const { id } = await laptopOf();
      const attest = (it: object) =>
        attestStep(app, staff['fay']!, id, { reason: 'Got it.', ...it });
      await assert.rejects(
        attest({ proof: 'SN-1' }),
        saying(
          /Still to be written down: serial number, condition\. Still to be added as a file: receipt/,
        ),
      );
      await assert.rejects(
        attest({ proofs: { 'serial number': 'C02', color: 'grey' } }),
        saying(/does not ask for “color”.*written down: condition\./),
      );
      assert.equal((await laptopOf()).status, 'running');
    });

    it('does not settle when it is done; the receiver is asked, who is another person', async () => {
      const { app } = gatehouse;
      const { id } = await laptopOf();
      const file = await addProof(app, staff['fay']!, id, {
        name: 'receipt.pdf',
        bytes: Buffer.from('scratched'),
      });
      const done = { reason: 'Got it.', proof: 'serial number=C02\ncondition=good' };
      const how = await attestStep(app, staff['fay']!, id, {
        ...done,
        files: [file.sha256],
      });
      assert.equal(how, 'to be accepted');

      const letter = await mailTo('Iris', /Please accept: Collect the laptop of Priya Nair/);
      assert.match(letter.text, /Fay Facilities says it is done: Got it\./);
      assert.match(letter.text, /serial number: C02; condition: good/);
      const step = stepOf(await watch.become('acceptance', priya, asked('laptop')), 'laptop')!;
      assert.equal(step.grade, null);
      assert.equal(
        step.because,
        'Fay Facilities did it: Got it. Asked Iris Operator to accept it.',
      );
      await assert.rejects(
        attestStep(app, gatehouse.admin, id, done),
        saying(/waits to be accepted/),
      );
      await assert.rejects(acceptStep(app, staff['fay']!, id), saying(/There is no step/));
    });

    it('is asked of the same people again when it is sent back, with the reason', async () => {
      const { app } = gatehouse;
      const { id } = await laptopOf();
      await sendBackStep(app, staff['iris']!, id, { reason: 'The lid is broken.' });
      const letter = await mailTo('Fay', /Sent back to you: Collect the laptop/);
      assert.match(letter.text, /Iris Operator sent this back to you: The lid is broken\./);
      const step = stepOf(await watch.become('asked again', priya, asked('laptop')), 'laptop')!;
      assert.match(step.because!, /^Asked Fay Facilities; Hanna Human handed it over/);
      await assert.rejects(acceptStep(app, staff['iris']!, id), saying(/nothing to accept/));
    });

    it('settles as attested with both names, and the record tells the whole way', async () => {
      const { app, admin, scribe } = gatehouse;
      const { id, caseId } = await laptopOf();
      const [{ sha256 }] = (await gatehouse.rows<{ sha256: string }>(
        'select sha256 from proof_files where step_id = $1',
        id,
      )) as [{ sha256: string }];
      await attestStep(app, admin, id, {
        reason: 'Mended.',
        proofs: { 'serial number': 'C02', condition: 'mended' },
        files: [sha256],
      });
      await assert.rejects(acceptStep(app, admin, id), saying(/does not accept it as well/));
      await mailTo('Iris', /Please accept/);
      await watch.become('acceptance', priya, asked('laptop'));
      await acceptStep(app, staff['iris']!, id);

      const { grade, decision } = await laptopOf();
      assert.equal(grade, 'attested');
      assert.equal(decision?.byName, 'Ada Admin');
      assert.equal(decision.acceptedByName, 'Iris Operator');
      assert.equal(decision.proof, 'serial number: C02; condition: mended');
      assert.deepEqual(
        decision.files?.map((it) => it.name),
        ['receipt.pdf'],
      );
      await scribe.flush();
      const facts = await gatehouse.rows<{ type: string }>(
        `select type from ledger.event_ix where case_id = $1 and body -> 'step' ->> 'id' = $2 order by idx`,
        caseId,
        id,
      );
      assert.deepEqual(
        facts.map((it) => it.type),
        [
          'step.handed-over',
          'step.handed-over',
          'step.time-asked',
          'step.time-refused',
          'step.time-asked',
          'step.time-given',
          'step.submitted',
          'step.sent-back',
          'step.submitted',
          'step.accepted',
        ],
      );
    });
  });

  describe('a task past its date', () => {
    it('is told to whoever answers for those who were asked, or to HR', async () => {
      const letter = await mailTo('Hanna', /Overdue: Stop the salary/);
      assert.match(letter.text, /It was asked of payroll@meadow\.example/);
      const alerts = await watch.alerts('task.overdue');
      assert.ok(alerts.some((it) => it.body.includes('Stop the salary')));
    });
  });

  describe('a notice', () => {
    it('reaches the leaver at home in the language of their country, and at work while they are here', async () => {
      const farewell = await company.mail.waitFor((it) => it.to.includes('p@home.example'));
      assert.equal(farewell.subject, 'Auf Wiedersehen Priya Nair');
      assert.match(farewell.text, /Sie waren bei uns Leiterin\./);
      for (const name of ['Mona', 'Priya', 'Rosa']) await mailTo(name, /Priya Nair leaves/);
    });

    it('is held where something is missing that leaves the house, and goes once it is filled in', async () => {
      const noah = person('E-2', 'Noah Blank', { personal_email: 'n@home.example', country: 'US' });
      await company.tell('departure.confirmed', noah, leaving(noah));
      const held = await watch.become(
        'a held notice',
        noah,
        (it) => stepOf(it, 'farewell')?.status === 'held',
      );
      assert.match(
        stepOf(held, 'farewell')!.because!,
        /It mentions \{person\.title\}, which nobody/,
      );
      assert.ok(company.mail.messages.every((it) => !it.to.includes('n@home.example')));

      await company.tell('role.changed', { ...noah, title: 'engineer' }, null);
      await watch.heard();
      await retryStep(gatehouse.app, gatehouse.admin, stepOf(held, 'farewell')!.id);
      const sent = await company.mail.waitFor((it) => it.to.includes('n@home.example'));
      assert.equal(sent.subject, 'Goodbye Noah Blank');
      assert.match(sent.text, /You were our engineer\./);
    });
  });

  describe('a confidential departure', () => {
    it('is written of in words that give nothing away, and never to the leaver', async () => {
      const lea = person('E-3', 'Lea Quiet');
      await company.tell('departure.confirmed', lea, leaving(lea, { confidential: true }));
      const found = await watch.become(
        'everybody asked',
        lea,
        (it) => asked('laptop')(it) && asked('take-over')(it) && stepOf(it, 'tell')?.grade !== null,
      );
      const about = company.mail.messages.filter((it) =>
        found.steps.some(({ id }) => it.messageId.includes(id)),
      );
      assert.ok(about.length >= 4);
      for (const { subject } of about) assert.doesNotMatch(subject, /Lea|laptop|work/i);
      const tasks = about.filter((it) => it.messageId.includes('<task-'));
      assert.ok(tasks.length >= 3);
      for (const { text } of tasks) assert.doesNotMatch(text, /Lea|laptop/i);
      assert.match(stepOf(found, 'tell')!.because!, /not written to in a confidential case/);
      assert.deepEqual(mailsTo('Lea'), []);
    });
  });

  describe('whoever has left', () => {
    const quentin = person('E-4', 'Quentin Early');
    const rita = person('E-5', 'Rita Late');
    const mona = person('E-7', 'Mona Manager', { manager_id: 'E-9' });

    it('is asked no more at the next reminder; the next in line is, and the row says so', async () => {
      await company.tell('departure.confirmed', quentin, leaving(quentin));
      const before = await watch.become(
        'a task, and everybody told',
        quentin,
        (it) => asked('take-over')(it) && stepOf(it, 'tell')?.grade === 'acknowledged',
      );
      const { id, because } = stepOf(before, 'take-over')!;
      assert.equal(because, 'Asked Mona Manager.');

      await company.tell(
        'departure.confirmed',
        mona,
        leaving(mona, { urgent: true, access_ends: undefined }),
      );
      await watch.become('her plan', mona, ({ case: it }) => it.planDigest !== null);
      const lettersBefore = mailsTo('Mona').length;
      await remind(id);
      await watch.become(
        'the next in line',
        quentin,
        (it) =>
          stepOf(it, 'take-over')?.because === 'Asked Marta Silva, since Mona Manager has left.',
      );
      const letter = await mailTo('Marta', /Take over the work of Quentin Early/);
      assert.doesNotMatch(letter.subject, /Reminder/);
      assert.equal(mailsTo('Mona').length, lettersBefore);
    });

    it('gets no task, notice or alert, whatever they were named for', async () => {
      const { app, admin } = gatehouse;
      const contacts = [
        { name: 'Mona Manager', email: emailOf('Mona') },
        { name: 'Dana Designated', email: 'dana@meadow.example' },
      ];
      await changeSetting(app, admin, 'alerts', { contacts });
      const lettersBefore = mailsTo('Mona').length;
      await company.tell(
        'departure.confirmed',
        rita,
        leaving(rita, { urgent: true, access_ends: undefined }),
      );
      const found = await watch.become(
        'everything asked',
        rita,
        (it) =>
          asked('take-over')(it) && stepOf(it, 'tell')?.grade !== null && asked('overdue')(it),
      );
      assert.equal(
        stepOf(found, 'take-over')!.because,
        'Asked Marta Silva, since Mona Manager has left.',
      );
      assert.match(
        stepOf(found, 'tell')!.because!,
        /Marta Silva instead, since Mona Manager has left; the mailbox of the person who leaves is closed/,
      );
      const overdue = stepOf(found, 'overdue')!.id;
      const told = await gatehouse.rows<{ recipient: string }>(
        `select recipient from alert_messages join alerts on id = alert_id where step_id = $1`,
        overdue,
      );
      assert.ok(told.every((it) => it.recipient !== emailOf('Mona')));
      assert.equal(mailsTo('Mona').length, lettersBefore);
      assert.deepEqual(mailsTo('Rita'), []);
    });

    it('cannot be handed anything', async () => {
      const found = (await watch.caseOf(rita))!;
      await assert.rejects(
        handOverStep(gatehouse.app, gatehouse.admin, stepOf(found, 'laptop')!.id, {
          to: emailOf('Mona'),
          reason: 'Away.',
        }),
        saying(/Mona Manager cannot.*they have left/),
      );
    });
  });

  describe('a company that speaks German', () => {
    it('asks in German', async () => {
      const { app, admin } = gatehouse;
      await changeSetting(app, admin, 'company', { language: 'de' });
      const otto = person('E-6', 'Otto Deutsch');
      await company.tell('departure.confirmed', otto, leaving(otto));
      const letter = await mailTo('Marta', /Die Arbeit von Otto Deutsch übernehmen/);
      assert.match(letter.text, /Fällig: 2027-11-30/);
      assert.match(
        letter.text,
        /Wenn es erledigt ist, sagen Sie es hier:\n\S+\/task\/[A-Za-z0-9_-]{43}\n/,
      );
      const found = await watch.become('a task', otto, asked('take-over'));
      await waiveStep(app, admin, stepOf(found, 'take-over')!.id, {
        reason: 'Nobody.',
        expiresAt: new Date(Date.now() + 1_000_000),
      });
    });

    it('leaves a record without a gap', async () => {
      await checkInvariants(gatehouse);
    });
  });
});
