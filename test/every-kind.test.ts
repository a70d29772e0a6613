import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bringBack, type CaseWithSteps, type StepRow } from '#app/cases.ts';
import { makeExitDocument } from '#app/exit-documents.ts';
import { until } from '#core/testing/until.ts';
import type { Role } from '#core/user.ts';
import { type HttpSystem, startHttpSystem } from '../practice/servers/http-system.ts';
import { personEntry, type Slapd, startSlapd } from '../practice/servers/slapd.ts';
import type { RunningApi } from '../src/api/start.ts';
import { apiOf, type Colleague } from './support/api.ts';
import {
  account,
  type Company,
  emailOf,
  houseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { helpDesk } from './support/help-desk.ts';
import { checkInvariants } from './support/invariants.ts';
import { answerByLink, startWeb } from './support/task-links.ts';
import { stepOf, watching } from './support/watch.ts';

const california = { country: 'US', region: 'CA', zone: 'America/Los_Angeles' };
const employee = { employment_type: 'employee', department: 'Sales', ...california };
const ria = person('E-21', 'Ria Resigns', employee);
const ina = person('E-22', 'Ina Involuntary', employee);
const lou = person('E-23', 'Lou Laidoff', employee);
const ray = person('E-24', 'Ray Retires', employee);
const cleo = person('E-25', 'Cleo Contract', { employment_type: 'contractor', ...california });
const gil = person('E-26', 'Gil Garden', employee);
const dee = person('E-27', 'Dee Dead', employee);
const lea = person('E-28', 'Lea Leave', employee);
const everybody = [ria, ina, lou, ray, cleo, gil, dee, lea];

const days = (count: number) =>
  new Date(Date.now() + count * 24 * 60 * 60_000).toISOString().slice(0, 10);
/** So long ago that everything in it is due, the clean-up a month later too. */
const longAgo = days(-100);

const staff: Readonly<Record<string, readonly Role[]>> = {
  'Hanna HR': ['hr'],
  'Paula Payroll': ['payroll'],
  'Fritz Facilities': ['facilities'],
  'Omar Operator': ['it-operator'],
  'Ivy Admin': ['it-admin'],
  'Lena Legal': ['legal'],
  'Finn Finance': ['finance'],
  'Mona Manager': ['manager'],
};

interface Task {
  readonly id: string;
  readonly proof: readonly string[];
}

describe('each kind of departure, from the HR system to the sealed case', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let portal: ScimSystem;
  let desk: HttpSystem;
  let slapd: Slapd;
  let web: RunningApi;
  let watch: ReturnType<typeof watching>;
  let colleagues: readonly Colleague[];

  before(async () => {
    slapd = await startSlapd();
    await slapd.add(
      everybody.map(({ name, id }) => {
        const [uid = ''] = emailOf(name).split('@');
        return personEntry({ uid, name, mail: emailOf(name), password: 'x', employeeNumber: id });
      }),
    );
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    await house.set('guardrails', {
      departuresPerHour: 100,
      departuresPerDay: 100,
      groupAtLeast: 100,
    });
    const users = everybody.map((it) => account(it.name));
    const groups = [{ id: 'staff', displayName: 'Staff', members: users.map((it) => it.id ?? '') }];
    directory = await company.addSystem('directory', 'identity', {
      users,
      groups,
      settings: { canCreate: true },
    });
    portal = await company.addSystem('payslips', 'payroll', { users });
    const ldap = {
      servers: [slapd.url],
      allowUnencrypted: true,
      bindDn: slapd.bindDn,
      password: slapd.password,
      peopleBases: [slapd.peopleDn],
      groupBases: [slapd.groupsDn],
    };
    const ldapPort = Number(new URL(slapd.url).port);
    await house.connect({ id: 'ldap', connector: 'ldap', category: 'identity', settings: ldap }, [
      ldapPort,
    ]);
    const users2 = [{ id: 'service', email: 'service@meadow.example' }];
    desk = await startHttpSystem({ name: 'Help Desk', users: users2 });
    await house.connect(helpDesk('desk', desk), [desk.port]);
    await house.connect({ id: 'archive', connector: 'folder', settings: { folder: 'archive' } });

    const api = apiOf(gatehouse);
    colleagues = await Promise.all(
      Object.entries(staff).map(([name, roles]) => api.hire(name, roles)),
    );
    web = await startWeb(gatehouse.app);
  });
  after(async () => {
    await web.stop();
    await gatehouse.stop();
    await company.close();
    await desk.close();
    await slapd.stop();
  });

  const uidOf = ({ name }: { name: string }) => emailOf(name).split('@')[0]!;

  const leave = (who: { id: string }, kind: string, more: object = {}) =>
    company.tell('departure.confirmed', who, {
      id: `S-${who.id}`,
      kind,
      last_working_day: longAgo,
      ...more,
    });

  /** Everybody looks at their list of tasks and confirms what is on it, with every proof. */
  async function doTasks(): Promise<void> {
    for (const colleague of colleagues) {
      const page = await colleague.ask<{ items: Task[] }>('GET', '/tasks?mine=true&limit=200');
      for (const { id, proof } of page.items) {
        await colleague.ask('POST', `/steps/${id}/attest`, {
          reason: 'Done.',
          ...proofsFor(proof),
        });
      }
    }
  }

  const proofsFor = (labels: readonly string[]) =>
    labels.length === 0
      ? { proof: 'Seen.' }
      : { proofs: Object.fromEntries(labels.map((label) => [label, 'C02X'])) };

  /** Tasks are done as they come, until nothing is left. */
  async function finished(who: { id: string; name: string }): Promise<CaseWithSteps> {
    return until(
      `the end of ${who.name}'s departure`,
      async () => {
        await doTasks();
        const found = await watch.caseOf(who);
        return found?.case.state === 'complete' && found;
      },
      {
        seen: async () => {
          const found = await watch.caseOf(who);
          return found?.steps.flatMap((it) =>
            it.status === 'settled' ? [] : [`${it.key} ${it.status}: ${it.because}`],
          );
        },
      },
    );
  }

  const ids = ({ steps }: CaseWithSteps) => new Set(steps.map((it) => it.playbookStep));
  const lettersTo = (address: string) =>
    company.mail.messages.filter((it) => it.to.includes(address));

  /** What holds for every departure, whatever the kind. */
  async function checkEnd(
    who: { id: string; name: string },
    found: CaseWithSteps,
    playbook: string,
  ): Promise<void> {
    const [row] = await gatehouse.rows<{ name: string }>(
      'select name from playbooks where id = $1',
      found.case.playbookId,
    );
    assert.equal(row?.name, playbook);
    assert.deepEqual(
      found.steps.filter((it) => it.grade === null),
      [],
    );
    assert.equal(directory.isActive(uidOf(who)), false);
    const [entry] = await slapd.search(`(mail=${emailOf(who.name)})`, ['pwdAccountLockedTime']);
    assert.deepEqual(entry?.attributes['pwdAccountLockedTime'], ['000001010000Z']);
    for (const key of [`block-sign-in@directory:${uidOf(who)}`, 'ticket@desk', 'ticket:end@desk'])
      assert.equal(stepOf(found, key)?.grade, 'verified', key);

    // Whatever ends access has begun before anything that needs it to be over.
    const security = found.steps.filter((it) => it.layer === 'security');
    const closedAt = Math.max(...security.map((it) => it.settledAt?.getTime() ?? 0));
    const late = found.steps.filter((it) =>
      ['exit-survey', 'exit-documents', 'decide-clean-up'].includes(it.playbookStep),
    );
    for (const { startedAt, key } of late) assert.ok(startedAt!.getTime() >= closedAt, key);

    const ticket = [...desk.tickets.values()].find((it) => it.title.includes(who.name));
    assert.equal(ticket?.status, 'resolved');
    assert.match(ticket.text, /- Block sign-in in directory: verified, \d{4}-\d\d-\d\d/);

    assert.equal(stepOf(found, 'deliver-record@archive')?.grade, 'verified');
    const folder = path.join(gatehouse.recordsFolder, 'archive');
    const files = (await readdir(folder)).filter((name) => name.includes(found.case.id));
    const facts = files.find((name) => name.endsWith('.jsonl'));
    assert.match(await readFile(path.join(folder, facts!), 'utf8'), /"case\.opened"/);
    await gatehouse.scribe.flush();
    const sealed = await gatehouse.rows(
      "select from ledger.event_ix where case_id = $1 and type = 'case.sealed'",
      found.case.id,
    );
    assert.ok(sealed.length > 0);
    await checkCertificate(who, found);
  }

  /** The certificate names exactly the accounts that the systems themselves show as closed. */
  async function checkCertificate(
    who: { name: string },
    { case: { id } }: CaseWithSteps,
  ): Promise<void> {
    const { app, admin } = gatehouse;
    const asked = { kind: 'revocation', language: 'en' } as const;
    const { blocks } = await makeExitDocument(app, admin, id, asked);
    const accounts = blocks.flatMap((it) =>
      it.is === 'table' && it.head[1] === 'Account' ? it.rows : [],
    );
    const closed = accounts.flatMap(([system, login, what, , known]) =>
      what === 'Block sign-in' && known === 'verified' ? [[system, login]] : [],
    );
    const names = await gatehouse.rows<{ id: string; name: string }>(
      'select id, name from connections',
    );
    const nameOf = (connection: string) => names.find((it) => it.id === connection)?.name ?? '';
    const shut = [
      ['directory', emailOf(who.name)],
      ['ldap', uidOf(who)],
    ];
    if (!portal.isActive(uidOf(who))) shut.push(['payslips', emailOf(who.name)]);
    assert.deepEqual(
      closed,
      shut.map(([connection = '', login]) => [nameOf(connection), login]).toSorted(),
    );
    assert.deepEqual(
      blocks.filter((it) => it.is === 'warning'),
      [],
    );

    const seals = await gatehouse.rows<{ hash: string }>(
      `select encode(leaf_hash, 'hex') as hash
         from ledger.event_ix ix join ledger.entry using (idx)
        where ix.case_id = $1 and type = 'case.sealed' order by idx desc limit 1`,
      id,
    );
    const values = blocks.flatMap((it) =>
      it.is === 'facts' ? it.rows.map(([, text]) => text) : [],
    );
    assert.ok(values.includes(seals[0]!.hash));
  }

  /** The questionnaire that came by mail, filled in by somebody with a browser and nothing else. */
  async function answerSurvey(who: { personal_email: string }): Promise<void> {
    const letter = await company.mail.waitFor(
      (it) => it.to.includes(who.personal_email) && it.text.includes('/survey/'),
    );
    const [, token = ''] = /\/survey\/([A-Za-z0-9_-]{43})\n/.exec(letter.text) ?? [];
    const body = new URLSearchParams({ act: 'send', 'q-reason': 'growth' });
    const headers = { 'sec-fetch-site': 'same-origin' };
    const sent = await fetch(`${web.url}/survey/${token}`, { method: 'POST', body, headers });
    assert.match(await sent.text(), /Your answers have arrived|arrived/);
  }

  const obligationsOf = ({ steps }: CaseWithSteps): ReadonlyMap<string, StepRow> =>
    new Map(
      steps.flatMap((it) => (it.task?.obligation ? [[it.task.obligation.rule, it] as const] : [])),
    );

  it('a resignation: work is handed over, access cut, the survey answered, the record kept', async () => {
    await leave(ria, 'resignation', { employment_ends: longAgo, pay_ends: longAgo });
    const found = await finished(ria);

    await checkEnd(ria, found, 'planned-departure');
    assert.equal(stepOf(found, 'hand-over-work')?.grade, 'attested');
    assert.equal(stepOf(found, 'hand-over-work')?.decision?.byName, 'Mona Manager');
    assert.equal(stepOf(found, 'exit-survey')?.grade, 'acknowledged');
    await answerSurvey(ria);
    const pay = obligationsOf(found).get('us-ca-final-pay-resigned');
    assert.ok(pay, [...obligationsOf(found).keys()].join(', '));
    assert.equal(pay.grade, 'attested');
    assert.ok(lettersTo('mona@meadow.example').some((it) => it.subject.includes('Ria Resigns')));
    assert.deepEqual(
      lettersTo(emailOf(ria.name)).map((it) => it.subject),
      [],
    );
  });

  it('an involuntary departure: closed at once, and the manager is told only then', async () => {
    await leave(ina, 'involuntary', { access_ends: `${longAgo}T10:00` });
    const found = await finished(ina);

    await checkEnd(ina, found, 'involuntary-departure');
    const told = stepOf(found, 'tell-manager')!;
    const blocked = stepOf(found, 'block-sign-in@directory:ina')!;
    assert.ok(told.startedAt!.getTime() >= blocked.settledAt!.getTime());
    assert.ok(obligationsOf(found).has('us-ca-final-pay-dismissed'));
    await answerSurvey(ina);
  });

  it('a layoff: payslips stay open until pay ends, and close then', async () => {
    await leave(lou, 'layoff', { pay_ends: days(30) });
    await watch.become(
      'the cut',
      lou,
      (it) => stepOf(it, 'block-sign-in@directory:lou')?.grade === 'verified',
    );
    assert.equal(portal.isActive('lou'), true);

    const over = {
      id: `S-${lou.id}`,
      kind: 'layoff',
      last_working_day: longAgo,
      pay_ends: longAgo,
    };
    await company.tell('departure.changed', lou, over);
    const found = await finished(lou);
    await checkEnd(lou, found, 'layoff');
    assert.equal(portal.isActive('lou'), false);
  });

  it('a retirement: time for a long hand-over, the pension and a farewell', async () => {
    await leave(ray, 'retirement');
    const found = await finished(ray);

    await checkEnd(ray, found, 'retirement');
    for (const key of ['pension', 'farewell', 'hand-over-work'])
      assert.equal(stepOf(found, key)?.grade, 'attested', key);
  });

  it('the end of a contract: no final pay but the last invoice, and no survey', async () => {
    await leave(cleo, 'end of contract');
    const found = await finished(cleo);

    await checkEnd(cleo, found, 'end-of-contract');
    assert.equal(stepOf(found, 'final-invoice')?.decision?.byName, 'Finn Finance');
    assert.equal(stepOf(found, 'duties-that-go-on')?.decision?.byName, 'Lena Legal');
    for (const key of ['final-pay', 'exit-survey', 'end-benefits']) assert.ok(!ids(found).has(key));
  });

  it('garden leave: out of the systems now, out of the rest when the employment ends', async () => {
    await leave(gil, 'garden leave', { employment_ends: days(60), pay_ends: days(60) });
    const cut = await watch.become(
      'the cut',
      gil,
      (it) => stepOf(it, 'block-sign-in@directory:gil')?.grade === 'verified',
    );
    assert.equal(portal.isActive('gil'), true);
    assert.deepEqual(directory.groupsOf('gil'), ['staff']);
    assert.ok(stepOf(cut, 'leave-groups@directory:gil')!.dueAt! > new Date());

    const over = { id: `S-${gil.id}`, kind: 'garden leave', last_working_day: longAgo };
    await company.tell('departure.changed', gil, { ...over, employment_ends: longAgo });
    const found = await finished(gil);
    await checkEnd(gil, found, 'garden-leave');
    assert.equal(portal.isActive('gil'), false);
    assert.deepEqual(directory.groupsOf('gil'), []);
  });

  it('a death: nobody chases anything, and no program writes to the family', async () => {
    await leave(dee, 'death');
    const found = await finished(dee);

    await checkEnd(dee, found, 'death');
    assert.deepEqual(lettersTo(dee.personal_email), []);
    for (const key of ['exit-survey', 'recover-equipment', 'exit-interview'])
      assert.ok(!ids(found).has(key), key);
    assert.equal(stepOf(found, 'speak-with-family')?.decision?.byName, 'Hanna HR');
  });

  it('a long leave: closed and nothing more, and given back as it was on return', async () => {
    const before = [...directory.users.values()].find(({ id }) => id === 'lea');
    await leave(lea, 'long leave', { last_working_day: days(-40) });
    const found = await finished(lea);
    await checkEnd(lea, found, 'long-leave');
    assert.deepEqual(directory.groupsOf('lea'), ['staff']);

    await company.tell('arrival.confirmed', { ...lea, start_date: days(0) }, null);
    const back = await watch.become(
      'a way back',
      lea,
      ({ case: it }) => it.direction === 'back' && it.planDigest !== null,
    );
    assert.equal(back.case.id, found.case.id, 'the leave itself is taken back');
    const { app, admin } = gatehouse;
    await bringBack(app, admin, back.case.id, back.case.planDigest!);
    await watch.become('brought back', lea, ({ case: it }) => it.state === 'brought-back');
    assert.deepEqual(directory.users.get('lea'), before);
    const [entry] = await slapd.search(`(mail=${emailOf(lea.name)})`, ['pwdAccountLockedTime']);
    assert.equal(entry?.attributes['pwdAccountLockedTime'], undefined);
  });

  it('a rehire: the account from before is opened again, none is made beside it', async () => {
    const arrival = { id: 'A-21', kind: 'rehire', start_day: days(-1) };
    await company.tell('arrival.confirmed', ria, null, { arrival });
    const letter = await company.mail.waitFor((it) => it.subject.includes('First training of Ria'));
    assert.deepEqual(letter.to, [emailOf(ria.name)]);
    assert.match(
      await answerByLink(gatehouse, web, letter, { act: 'done' }),
      /<h1>Thank you<\/h1>/,
    );
    const found = await until('the arrival of Ria', async () => {
      await doTasks();
      const it = await watch.caseOf(ria);
      return it?.case.kind === 'arrival' && it.case.state === 'complete' && it;
    });

    const made = stepOf(found, 'create-identity@directory:ria@meadow.example');
    assert.equal(made?.grade, 'verified');
    assert.deepEqual(made.before, { accounts: [{ id: 'ria', active: false }] });
    assert.equal(directory.isActive('ria'), true);
    assert.equal(stepOf(found, 'training')?.decision?.byName, ria.name);
    assert.equal([...directory.users.values()].filter((it) => it.userName === ria.email).length, 1);
    await checkInvariants(gatehouse);
  });
});
