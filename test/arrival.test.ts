import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bringBack, type CaseWithSteps, cancelCase } from '#app/cases.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { readyOnDayOne } from '#app/readiness.ts';
import { attestStep } from '#app/steps.ts';
import { createUser } from '#app/users.ts';
import { until } from '#core/testing/until.ts';
import { groupEntry, type Slapd, startSlapd } from '../practice/servers/slapd.ts';
import type { RunningApi } from '../src/api/start.ts';
import { apiOf, decideWith, registerPasskey } from './support/api.ts';
import { type Company, houseOf, person, type ScimSystem, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { answerByLink, startWeb } from './support/task-links.ts';
import { isPlanned, stepOf, watching } from './support/watch.ts';

const inDays = (count: number) =>
  new Date(Date.now() + count * 24 * 60 * 60_000).toISOString().slice(0, 10);

const zoe = person('E-501', 'Zoe Zimmer', { department: 'Sales', title: 'Lead' });
const ben = person('E-502', 'Ben Back', { department: 'Support' });

/** What a company writes in its copy of the starter: which groups, and everything at once. */
const arrival = `
playbook: arrival
title: Arrival
for: arrival
steps:
  - id: create-identity
    layer: operations
    do: account.create
    on: { connection: directory }
    at: start day - 7 days
  - id: create-accounts
    layer: operations
    do: account.create
    on: { connection: ldap }
    at: start day - 7 days
    after: [create-identity]
  - id: join-sales
    layer: operations
    do: groups.join
    on: { connection: directory }
    with: { groups: [Sales] }
    when: { field: person.department, is: Sales }
  - id: join-directory-groups
    layer: operations
    do: groups.join
    on: { connection: ldap }
    with: { groups: [staff] }
  - id: equipment
    layer: operations
    task:
      title: "Equipment of {person.name}"
      assign to: { role: facilities }
      due: start day - 1 day
      proof: [serial number]
    at: confirmed
  - id: training
    layer: compliance
    task:
      title: "Training of {person.name}"
      assign to: newcomer
      due: start day + 10 working days
    at: confirmed
  - id: welcome
    layer: operations
    notice:
      to: [manager]
      subject: "{person.name} begins on {start day}"
      text: "Everything is prepared."
    after: [join-sales, join-directory-groups]
`;

const move = `
playbook: role-change
title: Role change
for: role change
steps:
  - id: leave-sales
    layer: security
    do: groups.leave
    on: { connection: directory }
    with: { only: [Sales] }
    at: start day
    when: { field: former.department, is: Sales }
  - id: join-finance
    layer: operations
    do: groups.join
    on: { connection: directory }
    with: { groups: [Finance] }
    at: start day
    when: { field: person.department, is: Finance }
  - id: tell
    layer: operations
    notice:
      to: [manager]
      subject: "{person.name} moved"
      text: "From {former.department} to {person.department} on {start day}."
    after: [leave-sales, join-finance]
`;

/** What ends an employment without a trace: everything out, and the accounts deleted. */
const leaving = `
playbook: end-of-contract
title: End of contract, without a trace
for: departure
applies when: { field: departure.kind, is: end of contract }
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
  - { id: leave, layer: operations, do: groups.leave, on: every account, after: [block] }
  - id: delete
    layer: operations
    do: account.delete
    on: every account
    approval: yes
    after: [leave]
`;

describe('somebody who arrives', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let slapd: Slapd;
  let web: RunningApi;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    slapd = await startSlapd({
      people: [{ uid: 'max', name: 'Max', mail: 'max@meadow.example', password: 'x' }],
    });
    await slapd.add([groupEntry({ name: 'staff', members: ['max'] })]);
    gatehouse = await startGatehouse();
    web = await startWeb(gatehouse.app);
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    directory = await company.addSystem('directory', 'identity', {
      users: [{ id: 'mona', userName: 'mona@meadow.example' }],
      groups: ['Sales', 'Finance'].map((name) => ({
        id: name.toLowerCase(),
        displayName: name,
        members: ['mona'],
      })),
      settings: { canCreate: true, canDelete: true },
    });
    await gatehouse.connect(
      {
        id: 'ldap',
        connector: 'ldap',
        category: 'identity',
        settings: {
          servers: [slapd.url],
          allowUnencrypted: true,
          bindDn: slapd.bindDn,
          password: slapd.password,
          peopleBases: [slapd.peopleDn],
          groupBases: [slapd.groupsDn],
          newAccountsIn: slapd.peopleDn,
        },
      },
      [Number(new URL(slapd.url).port)],
    );
    for (const [name, email, roles] of [
      ['Fritz Facilities', 'fritz@meadow.example', ['facilities']],
      ['Hanna HR', 'hanna@meadow.example', ['hr']],
    ] as const) {
      await createUser(gatehouse.app, { name, email, roles: [...roles] });
    }
    for (const text of [arrival, move, leaving]) {
      const { playbook } = await importPlaybook(gatehouse.app, gatehouse.admin, text);
      await publishPlaybook(gatehouse.app, gatehouse.admin, playbook.id);
    }
  });
  after(async () => {
    await web.stop();
    await gatehouse.stop();
    await company.close();
    await slapd.stop();
  });

  /** Everything the servers hold about people and groups. */
  async function dump() {
    const entries = await slapd.search('(|(objectClass=person)(objectClass=groupOfNames))', [
      '*',
      'pwdAccountLockedTime',
    ]);
    return {
      users: [...directory.users.values()],
      groups: [...directory.groups.values()],
      ldap: entries.map(({ dn, attributes }) => [
        dn,
        Object.entries(attributes).map(([name, values]) => [name, values.toSorted()]),
      ]),
    };
  }

  const answerTasks = async ({ steps }: CaseWithSteps) => {
    for (const { id, task, status, assignment } of steps) {
      if (!task || status !== 'running' || !assignment) continue;
      const done = { reason: 'Done.', proof: 'C02XL0GYJGH5, 2026-12-01' };
      await attestStep(gatehouse.app, gatehouse.admin, id, done);
    }
  };

  const tasksAsked = ({ steps }: CaseWithSteps) =>
    steps.filter(({ kind }) => kind === 'task').every(({ assignment }) => assignment !== null);

  it('has every account and group before the first day, read back, in the right order', async () => {
    await company.tell('arrival.confirmed', { ...zoe, start_date: inDays(3) }, null);
    const asked = await watch.become('tasks asked', zoe, (it) => isPlanned(it) && tasksAsked(it));
    assert.equal(asked.case.kind, 'arrival');
    assert.deepEqual(stepOf(asked, 'equipment')?.assignment?.people, [
      { name: 'Fritz Facilities', email: 'fritz@meadow.example' },
    ]);
    await watch.become('the welcome', zoe, (it) => stepOf(it, 'welcome')?.status === 'settled');
    assert.deepEqual(stepOf(asked, 'training')?.assignment?.people, [
      { name: zoe.name, email: zoe.email },
    ]);
    const letter = await company.mail.waitFor((it) => it.subject.includes('Training of Zoe'));
    assert.deepEqual(letter.to, [zoe.email]);
    assert.match(
      await answerByLink(gatehouse, web, letter, { act: 'done' }),
      /<h1>Thank you<\/h1>/,
    );
    await answerTasks((await watch.caseOf(zoe))!);

    const done = await watch.become('an end', zoe, ({ case: it }) => it.state === 'complete');
    const grades = done.steps.map((it) => [it.key.replace(/:[0-9a-f-]{36}$/, ':…'), it.grade]);
    assert.deepEqual(Object.fromEntries(grades), {
      'create-identity@directory:zoe@meadow.example': 'verified',
      'create-accounts@ldap:zoe@meadow.example': 'verified',
      'lookup-created:directory': 'verified',
      'lookup-created:ldap': 'verified',
      'join-sales@directory:…': 'verified',
      'join-directory-groups@ldap:…': 'verified',
      equipment: 'attested',
      training: 'attested',
      welcome: 'acknowledged',
    });
    assert.equal(stepOf(done, 'create-identity@directory:zoe@meadow.example')?.late, true);
    assert.equal(stepOf(done, 'training')?.decision?.byName, zoe.name);

    const [made] = [...directory.users.values()].filter((it) => it.userName === zoe.email);
    assert.equal(made?.active, true);
    assert.deepEqual(directory.groupsOf(made!.id), ['sales']);
    const [entry] = await slapd.search(`(mail=${zoe.email})`, ['employeeNumber']);
    assert.deepEqual(entry?.attributes['employeeNumber'], ['E-501']);
    const [staff] = await slapd.search('(cn=staff)', ['member']);
    assert.ok(staff?.attributes['member']?.includes(entry!.dn));
    const letters = company.mail.messages.filter((it) => it.subject.includes('Zoe Zimmer begins'));
    assert.equal(letters.length, 1);
    const { app, admin } = gatehouse;
    const ready = await readyOnDayOne(app, admin, { from: inDays(2), to: inDays(4) });
    assert.deepEqual(ready, { arrivals: 1, ready: 1, ahead: 0, notReady: [] });
    await checkInvariants(gatehouse);
  });

  it('leaves the old groups and joins the new ones with another role', async () => {
    const role = { id: 'R-1', start_day: inDays(0) };
    await company.tell('role.changed', { ...zoe, department: 'Finance' }, null, { role });

    const done = await watch.become(
      'the move',
      zoe,
      ({ case: it }) => it.kind === 'role change' && it.state === 'complete',
    );
    const [made] = [...directory.users.values()].filter((it) => it.userName === zoe.email);
    assert.deepEqual(directory.groupsOf(made!.id), ['finance']);
    assert.deepEqual(
      done.steps.map(({ playbookStep, grade }) => [playbookStep, grade]),
      [
        ['leave-sales', 'verified'],
        ['join-finance', 'verified'],
        ['tell', 'acknowledged'],
      ],
    );
    const letter = company.mail.messages.find((it) => it.subject === 'Zoe Zimmer moved');
    assert.match(letter?.text ?? '', /From Sales to Finance/);
  });

  it('and does not come after all leaves every system as it was', async () => {
    const before = await dump();
    await company.tell('arrival.confirmed', { ...ben, start_date: inDays(2) }, null);
    await watch.become('accounts', ben, (it) => stepOf(it, 'welcome')?.status === 'settled');
    assert.notDeepEqual(await dump(), before);

    await company.tell('arrival.withdrawn', { ...ben, start_date: inDays(2) }, null);
    const waiting = await watch.become(
      'a way back',
      ben,
      ({ case: it }) => it.direction === 'back' && it.planDigest !== null,
    );
    const told = await watch.alerts('case.question');
    assert.ok(told.some(({ title }) => title === 'An arrival was withdrawn after it had begun'));
    await bringBack(gatehouse.app, gatehouse.admin, waiting.case.id, waiting.case.planDigest!);
    await watch.become('brought back', ben, ({ case: it }) => it.state === 'brought-back');
    assert.deepEqual(await dump(), before);
  });

  it('and leaves again leaves every system as it was before both', async () => {
    const abe = person('E-504', 'Abe Again');
    const before = await dump();
    await company.tell('arrival.confirmed', { ...abe, start_date: inDays(1) }, null);
    await watch.become('tasks asked', abe, (it) => isPlanned(it) && tasksAsked(it));
    await answerTasks((await watch.caseOf(abe))!);
    await watch.become('arrived', abe, ({ case: it }) => it.state === 'complete');
    assert.notDeepEqual(await dump(), before);

    const api = apiOf(gatehouse);
    const sam = await api.hire('Sam Security', ['security']);
    const passkey = await registerPasskey(sam);
    await gatehouse.scribe.flush();
    const contract = { id: 'S-504', kind: 'end of contract', last_working_day: inDays(-2) };
    await company.tell('departure.confirmed', abe, contract);
    const decided = new Set<string>();
    await until('two deletions, each approved by another person', async () => {
      const { items } = await sam.ask<{ items: { id: string }[] }>('GET', '/approvals');
      for (const { id } of items) {
        if (decided.has(id)) continue;
        await decideWith(sam, passkey, id);
        decided.add(id);
      }
      return decided.size === 2;
    });
    const gone = await watch.become('gone', abe, ({ case: it }) => it.state === 'complete');

    assert.equal(gone.case.kind, 'departure');
    assert.deepEqual(
      gone.steps.filter((it) => it.playbookStep === 'delete').map((it) => it.grade),
      ['verified', 'verified'],
    );
    assert.deepEqual(await dump(), before);
    await checkInvariants(gatehouse);
  });

  it('follows a first day that moves, and is called off before anything was made', async () => {
    const liz = person('E-503', 'Liz Later');
    await company.tell('arrival.confirmed', { ...liz, start_date: inDays(60) }, null);
    const first = await watch.become('a plan', liz, isPlanned);
    const key = 'create-identity@directory:liz@meadow.example';
    assert.equal(first.case.state, 'running');
    const { app, admin } = gatehouse;
    const open = await readyOnDayOne(app, admin, { from: inDays(59), to: inDays(61) });
    assert.deepEqual(open, { arrivals: 1, ready: 0, ahead: 1, notReady: [] });
    assert.ok(stepOf(first, key)!.dueAt! > new Date());

    await company.tell('arrival.changed', { ...liz, start_date: inDays(90) }, null);
    const moved = await watch.become(
      'the new day',
      liz,
      (it) =>
        isPlanned(it) && stepOf(it, key)?.dueAt?.getTime() !== stepOf(first, key)!.dueAt!.getTime(),
    );
    const days =
      (stepOf(moved, key)!.dueAt!.getTime() - stepOf(first, key)!.dueAt!.getTime()) / 864e5;
    assert.ok(Math.abs(days - 30) < 0.1, String(days));

    await cancelCase(gatehouse.app, gatehouse.admin, first.case.id);
    assert.equal((await watch.caseOf(liz))!.case.state, 'cancelled');
    assert.equal(
      [...directory.users.values()].some((it) => it.userName === liz.email),
      false,
    );
  });
});
