import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { showCase } from '#app/cases.ts';
import { receiveHook } from '#app/hooks.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { changeSetting } from '#app/settings.ts';
import { bambooHrDelivery } from '#connectors/bamboohr/fake.ts';
import { isArrival } from '#core/arrival.ts';
import { until } from '#core/testing/until.ts';
import {
  type BambooHrServer,
  type FakeEmployee,
  startBambooHrServer,
} from '../practice/servers/bamboohr.ts';
import {
  account,
  type Company,
  houseOf,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { dueOf, isPlanned, stepOf, watching } from './support/watch.ts';

const apiKey = randomBytes(20).toString('hex');
const webhookKey = randomBytes(20).toString('hex');

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const ended = (date: string, terminationTypeId = 'Resignation (Voluntary)') => ({
  ...{ date, employmentStatus: 'Terminated', terminationTypeId, terminationReasonId: '' },
});

function employee(name: string): FakeEmployee {
  const [firstName = '', lastName = ''] = name.split(' ');
  return {
    fields: {
      ...{ firstName, lastName, preferredName: null, homeEmail: null, hireDate: '2019-08-26' },
      workEmail: account(name).userName,
      ...{ department: 'Sales', jobTitleName: 'Lead', location: 'Berlin', country: 'Germany' },
      ...{ state: 'BE', reportsToId: null },
    },
    history: [{ date: '2019-08-26', employmentStatus: 'Full-Time' }],
    changedAt: '2020-01-01T00:00:00Z',
  };
}

const inSales = { date: '2019-08-26', department: 'Sales', jobTitle: 'Lead', location: 'Berlin' };
const inFinance = (date: string) => ({ ...inSales, date, department: 'Finance' });

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
      subject: "{person.name} moves"
      text: "From {former.department} to {person.department} on {start day}."
    at: confirmed
`;

const mover = (name: string, jobs: FakeEmployee['jobs'] & object): FakeEmployee => ({
  ...employee(name),
  jobs,
});

describe('BambooHR', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let hr: BambooHrServer;
  let directory: ScimSystem;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const users = ['Priya', 'Lea', 'Tom', 'Old'].map(account);
    directory = await company.addSystem('directory', 'identity', {
      users: [...users, ...['Mia', 'Noa'].map(account)],
      groups: [
        { id: 'sales', displayName: 'Sales', members: ['mia', 'noa', 'old'] },
        { id: 'finance', displayName: 'Finance', members: ['old'] },
      ],
    });
    const { playbook } = await importPlaybook(gatehouse.app, gatehouse.admin, move);
    await publishPlaybook(gatehouse.app, gatehouse.admin, playbook.id);
    const old = employee('Old Timer');
    old.history.push(ended('2021-03-31'));
    hr = await startBambooHrServer({
      ...{ apiKey, today: () => day(0), keyOwner: '7' },
      employees: {
        7: employee('Ada Admin'),
        41: employee('Priya Nair'),
        42: employee('Lea Lind'),
        43: employee('Tom Tamm'),
        // Changed jobs before Gatehouse came; both work for somebody who can be told.
        51: mover('Mia Moves', [inSales, { ...inSales, date: day(-5), jobTitle: 'Chief' }]),
        52: mover('Noa Next', [inSales]),
        99: old,
      },
    });
    await gatehouse.connect(
      {
        ...{ id: 'bamboo', connector: 'bamboohr' },
        settings: {
          ...{ company: 'meadow', apiKey, webhookKey, baseUrl: hr.url },
          zones: [{ location: 'Berlin', zone: 'Europe/Berlin' }],
        },
      },
      [hr.port],
    );
    await pollOf(1);
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
    await hr.close();
  });

  /** Waits for the end of a turn that was not over when it was asked for. */
  async function pollOf(turn: number): Promise<void> {
    await until(`turn ${turn} of reading BambooHR`, async () => {
      const [source] = await gatehouse.rows<{ done: boolean }>(
        `select succeeded_at >= polled_at as done from sources where connection_id = 'bamboo'`,
      );
      return source?.done;
    });
  }
  async function pollAgain(turn: number): Promise<void> {
    await gatehouse.rows(
      `update sources set polled_at = null, succeeded_at = succeeded_at - interval '1 hour'
        where connection_id = 'bamboo'`,
    );
    await pollOf(turn);
  }

  const deliver = (body: object, key = webhookKey) =>
    receiveHook(gatehouse.app, {
      source: 'bamboo',
      ...bambooHrDelivery(key, JSON.stringify(body), new Date()),
    });
  let told = 0;
  /** No two alike: the same words within one second are a repeat. */
  const hint = (employeeId: string) => {
    told += 1;
    return { type: 'employee.updated', data: { employeeId }, number: told };
  };
  const change = (id: string, of: (it: FakeEmployee) => void) => {
    const it = hr.employees[id]!;
    of(it);
    it.changedAt = new Date().toISOString();
  };

  it('is read from the beginning, and who left years ago is not made to leave once more', async () => {
    assert.equal((await gatehouse.rows(`select from people where source = 'bamboo'`)).length, 7);
    assert.equal((await gatehouse.rows('select from cases')).length, 0);
    const [alert] = await watch.alerts('intake.question');
    assert.match(alert!.body, /shows 1 person who left more than 14 days ago/);

    change('99', (it) => {
      it.fields['department'] = 'Alumni';
    });
    await pollAgain(2);
    assert.equal((await gatehouse.rows('select from cases')).length, 0);
  });

  it('tells of a resignation by webhook: the record is read again, and the last day is ahead', async () => {
    change('41', (it) => it.history.push(ended(day(30))));
    const before = hr.requests.length;
    assert.deepEqual(await deliver(hint('41')), { kind: 'taken' });

    const planned = await watch.become('a plan', { id: '41' }, isPlanned);
    assert.equal(planned.case.state, 'scheduled');
    assert.equal(planned.case.departure.kind, 'resignation');
    assert.equal(planned.case.employmentEnds, day(30));
    assert.equal(planned.case.zone, 'Europe/Berlin');
    const due = new Date(dueOf(planned, 'block-sign-in@directory:priya')!);
    const local = due.toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' });
    assert.equal(local, '00:00:00', 'at the end of the day in Berlin');
    assert.ok(hr.requests.slice(before).some((it) => it.includes('/employees/41?')));
    assert.equal(directory.isActive('priya'), true);
  });

  it('is believed only what it signed', async () => {
    const before = hr.requests.length;
    const forged = await deliver(hint('42'), 'another key');
    assert.equal(forged.kind, 'refused');
    await watch.quiet();
    assert.equal(hr.requests.length, before);
  });

  it('says the same again as often as it likes', async () => {
    const { case: before } = (await watch.caseOf({ id: '41' }))!;
    await deliver(hint('41'));
    await deliver({ employees: [{ id: '41' }, { id: '42' }] });
    await watch.heard();
    await watch.quiet();
    const after = await showCase(gatehouse.app, gatehouse.admin, before.id);
    assert.equal(after.case.version, before.version);
    assert.equal((await gatehouse.rows('select from cases')).length, 1);
  });

  it('is found out by the next reading when a webhook is lost', async () => {
    change('42', (it) => it.history.push(ended(day(0), 'Termination (Involuntary)')));
    await pollAgain(3);

    const cut = await watch.become(
      'access removed',
      { id: '42' },
      (it) => it.case.accessRemovedAt !== null,
    );
    assert.equal(cut.case.departure.kind, 'involuntary');
    assert.equal(directory.isActive('lea'), false);
  });

  it('takes a departure back by no longer showing it', async () => {
    change('41', (it) => it.history.pop());
    assert.deepEqual(await deliver(hint('41')), { kind: 'taken' });
    await watch.become('the end', { id: '41' }, ({ case: it }) => it.state === 'cancelled');
    assert.equal(directory.isActive('priya'), true);
  });

  it('that cannot be read just now is read later, and somebody is told', async () => {
    hr.down = true;
    change('43', (it) => it.history.push(ended(day(20))));
    await deliver(hint('43'));
    await until('an alert', async () =>
      (await watch.alerts('intake.question')).some((it) =>
        it.body.includes('reading it again fails'),
      ),
    );
    hr.down = false;
    const planned = await watch.become('a plan', { id: '43' }, isPlanned);
    assert.equal(planned.case.employmentEnds, day(20));
    await until('the alert to end', async () =>
      (await watch.alerts('intake.question')).every((it) => !it.body.includes('reading it again')),
    );
  });

  it('that fails over one person, again and again, is read on behind them', async () => {
    const broken = employee('Bo Broken');
    Object.defineProperty(broken, 'history', {
      configurable: true,
      get: () => assert.fail('a fault of BambooHR over this one record'),
    });
    hr.employees['61'] = { ...employee('Zed Zorn'), changedAt: new Date().toISOString() };
    hr.employees['60'] = Object.assign(broken, {
      changedAt: new Date(Date.now() - 9).toISOString(),
    });
    // It has been told already that the source cannot be read.
    await gatehouse.rows(`update sources set failures_in_row = 3 where connection_id = 'bamboo'`);
    await pollAgain(4);
    assert.equal((await gatehouse.rows(`select from people where person_id = '61'`)).length, 1);
    const about = async () =>
      (await watch.alerts('intake.question')).filter((it) => it.body.includes('number 60'));
    assert.match((await about())[0]!.body, /500/);

    Object.defineProperty(broken, 'history', { value: employee('Bo Broken').history });
    await pollAgain(5);
    assert.deepEqual(await about(), []);
    assert.equal((await gatehouse.rows(`select from people where person_id = '60'`)).length, 1);
  });

  const roleCases = async (id: string) =>
    (
      await gatehouse.rows<{ state: string }>(
        `select c.state from cases c join people p on p.id = c.person
          where p.person_id = $1 and c.kind = 'role change' order by c.opened_at`,
        id,
      )
    ).map((it) => it.state);

  it('tells of a change of role long ahead, once a day; until then the person is who they were', async () => {
    assert.deepEqual(await roleCases('51'), [], 'what happened before we came is history');
    hr.employees['52']!.jobs!.push({ ...inFinance(day(40)), reportsTo: 'Ada Admin' });
    hr.employees['52']!.later = { reportsToId: '7' };
    await gatehouse.rows(
      `update sources set cursor = replace(cursor, $1, $2) where connection_id = 'bamboo'`,
      day(0),
      day(-1),
    );
    await pollAgain(4);

    const planned = await watch.become('a plan', { id: '52' }, isPlanned);
    assert.equal(planned.case.kind, 'role change');
    const { departure, personFacts } = planned.case;
    assert.ok(isArrival(departure));
    assert.equal(departure.startDay, day(40));
    assert.equal(personFacts.department, 'Finance');
    const join = stepOf(planned, 'join-finance@directory:noa');
    assert.equal(
      join?.dueAt?.toISOString().slice(0, 10),
      new Date(`${day(40)}T00:00:00+01:00`).toISOString().slice(0, 10),
    );
    const letter = await company.mail.waitFor((it) => it.subject === 'Noa Next moves');
    assert.deepEqual(letter.to, ['ada@meadow.example'], 'the manager of the new role');
    assert.match(letter.text, /From Sales to Finance/);

    const [known] = await gatehouse.rows<{ department: string }>(
      `select facts ->> 'department' as department from people where person_id = '52'`,
    );
    assert.equal(known?.department, 'Sales');
    assert.deepEqual(directory.groupsOf('noa'), ['sales']);
  });

  it('moves a change of role with its row, and carries it out on its day', async () => {
    change('52', (it) => {
      it.jobs![1]!.date = day(0);
    });
    await deliver(hint('52'));
    const done = await watch.become(
      'the move',
      { id: '52' },
      ({ case: it }) => it.state === 'complete',
    );
    assert.deepEqual(Object.fromEntries(done.steps.map((it) => [it.playbookStep, it.grade])), {
      'leave-sales': 'verified',
      'join-finance': 'verified',
      tell: 'acknowledged',
    });
    assert.deepEqual(directory.groupsOf('noa'), ['finance']);

    await deliver(hint('52'));
    await watch.heard();
    assert.deepEqual(await roleCases('52'), ['complete'], 'read again, it is nothing new');
  });

  it('is believed when it says afterwards what has changed already', async () => {
    change('51', (it) => it.jobs!.push(inFinance(day(-2))));
    await deliver(hint('51'));
    await watch.become('the move', { id: '51' }, ({ case: it }) => it.state === 'complete');
    assert.deepEqual(directory.groupsOf('mia'), ['finance']);
  });

  it('takes a change of role back by no longer showing it', async () => {
    change('52', (it) => it.jobs!.push({ ...inFinance(day(60)), jobTitle: 'Head' }));
    await deliver(hint('52'));
    await watch.become(
      'a plan',
      { id: '52' },
      (it) => it.case.state !== 'complete' && isPlanned(it),
    );
    change('52', (it) => it.jobs!.pop());
    await deliver(hint('52'));
    await watch.become(
      'the end',
      { id: '52' },
      ({ case: it }) => it.state === 'cancelled' || it.direction === 'back',
    );
    assert.deepEqual(directory.groupsOf('noa'), ['finance']);
  });

  it('leaves a record in which everything holds together, and its keys nowhere', async () => {
    await changeSetting(gatehouse.app, gatehouse.admin, 'sources', { pollMinutes: 60 });
    await watch.quiet();
    await checkInvariants(gatehouse, { secrets: [apiKey, webhookKey] });
  });
});
