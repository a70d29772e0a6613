import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { cancelCase } from '#app/cases.ts';
import { receiveHook } from '#app/hooks.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
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
import { isPlanned, watching } from './support/watch.ts';

const apiKey = randomBytes(20).toString('hex');
const webhookKey = randomBytes(20).toString('hex');
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const fullTime = (date: string) => ({ date, employmentStatus: 'Full-Time' });
const ended = (date: string) => ({
  ...{ date, employmentStatus: 'Terminated', terminationReasonId: '' },
  terminationTypeId: 'Resignation (Voluntary)',
});

/** Somebody with these employment statuses; the hire date is that of the newest beginning. */
function employee(name: string, hireDate: string, history = [fullTime(hireDate)]): FakeEmployee {
  const [firstName = '', lastName = ''] = name.split(' ');
  return {
    fields: {
      ...{ firstName, lastName, preferredName: null, homeEmail: null, hireDate },
      workEmail: account(name).userName,
      ...{ department: 'Sales', jobTitleName: 'Lead', location: 'Berlin', country: 'Germany' },
      ...{ state: 'BE', reportsToId: null },
    },
    history,
    changedAt: new Date().toISOString(),
  };
}

const arrival = `
playbook: arrival
title: Arrival
for: arrival
steps:
  - id: create
    layer: operations
    do: account.create
    on: { connection: directory }
    at: start day - 7 days
`;

describe('an arrival from BambooHR', () => {
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
    directory = await company.addSystem('directory', 'identity', {
      users: [{ ...account('Rae'), active: false }],
      settings: { canCreate: true, canDelete: true },
    });
    const { playbook } = await importPlaybook(gatehouse.app, gatehouse.admin, arrival);
    await publishPlaybook(gatehouse.app, gatehouse.admin, playbook.id);
    hr = await startBambooHrServer({
      ...{ apiKey, today: () => day(0), keyOwner: '7' },
      employees: {
        7: employee('Ada Admin', '2019-08-26'),
        8: employee('Lena Lately', day(-3)),
        9: employee('Tia Today', day(0)),
        10: employee('Fay Future', day(60)),
        11: employee('Rae Return', '2019-08-26', [fullTime('2019-08-26'), ended('2021-03-31')]),
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
    await polled();
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
    await hr.close();
  });

  const polled = () =>
    until('BambooHR to be read', async () => {
      const [source] = await gatehouse.rows<{ done: boolean }>(
        `select succeeded_at >= polled_at as done from sources where connection_id = 'bamboo'`,
      );
      return source?.done;
    });
  async function pollAgain(): Promise<void> {
    await gatehouse.rows(
      `update sources set polled_at = null, succeeded_at = succeeded_at - interval '1 hour'
        where connection_id = 'bamboo'`,
    );
    await polled();
  }
  let told = 0;
  /** No two alike: the same words within one second are a repeat. */
  async function hint(employeeId: string, type = 'employee.updated'): Promise<void> {
    told += 1;
    const body = JSON.stringify({ type, data: { employeeId }, number: told });
    const delivery = bambooHrDelivery(webhookKey, body, new Date());
    const answer = await receiveHook(gatehouse.app, { source: 'bamboo', ...delivery });
    assert.deepEqual(answer, { kind: 'taken' });
    await watch.heard();
  }
  const change = (id: string, of: (it: FakeEmployee) => void) => {
    const it = hr.employees[id]!;
    of(it);
    it.changedAt = new Date().toISOString();
  };
  /** Every case there is: who, what and when. */
  const cases = async () =>
    (
      await gatehouse.rows<{ who: string; kind: string; state: string; start: string | null }>(
        `select "personId" as who, departure ->> 'kind' as kind, state, departure ->> 'startDay' as start
           from case_view order by "openedAt", id`,
      )
    ).map(({ who, kind, state, start }) => `${who} ${kind} ${start ?? '-'} ${state}`);
  const planned = (id: string) => watch.become('a plan', { id }, isPlanned);
  const hasAccount = (name: string) =>
    [...directory.users.values()].some(({ userName }) => userName === account(name).userName);

  it('is none for those who work there already when it is first read, but for who is to come', async () => {
    await planned('10');
    assert.deepEqual(await cases(), [`10 arrival ${day(60)} running`]);
    for (const id of ['7', '8', '9', '11']) await hint(id);
    await pollAgain();
    assert.equal((await cases()).length, 1);
  });

  it('is told by webhook the moment somebody is hired, twice, and begins once', async () => {
    hr.employees['20'] = employee('Nia New', day(5));
    await hint('20', 'employee.created');
    await hint('20');
    await pollAgain();

    const done = await watch.become(
      'the account',
      { id: '20' },
      ({ case: it }) => it.state === 'complete',
    );
    assert.ok(hasAccount('Nia'));
    assert.equal(done.case.kind, 'arrival');
    assert.equal(done.case.zone, 'Europe/Berlin');
    assert.equal(done.steps.find((it) => it.playbookStep === 'create')?.grade, 'verified');
    await hint('20');
    assert.equal((await cases()).filter((it) => it.startsWith('20 ')).length, 1);
  });

  it('is found by the next reading when the webhook is lost, and moves with its date', async () => {
    hr.employees['21'] = employee('Pia Poll', day(40));
    await pollAgain();
    const found = await planned('21');

    change('21', (it) => {
      it.fields['hireDate'] = day(50);
      it.history = [fullTime(day(50))];
    });
    await pollAgain();
    const moved = await watch.become('the move', { id: '21' }, (it) => {
      const { departure } = it.case;
      return isArrival(departure) && departure.startDay === day(50) && isPlanned(it);
    });
    assert.equal(moved.case.id, found.case.id);
    const due = (it: typeof moved) => it.steps.find(({ kind }) => kind !== 'lookup')!.dueAt!;
    const daysBetween = Math.round((due(moved).getTime() - due(found).getTime()) / 86_400_000);
    assert.equal(daysBetween, 10);
  });

  it('that is entered late begins at once; of one that began long ago it is too late', async () => {
    hr.employees['22'] = employee('Lou Late', day(-4));
    hr.employees['23'] = employee('Olaf Old', day(-90));
    await hint('22', 'employee.created');
    await hint('23', 'employee.created');
    await watch.become('the account', { id: '22' }, ({ case: it }) => it.state === 'complete');
    assert.ok(hasAccount('Lou'));
    assert.deepEqual(
      (await cases()).filter((it) => /^2[23] /.test(it)),
      [`22 arrival ${day(-4)} complete`],
    );
  });

  it('is over when it is called off before anything was done, and begins again if they come after all', async () => {
    change('21', (it) => {
      it.fields['hireDate'] = null;
      it.history = [];
    });
    await hint('21');
    await watch.become('the end', { id: '21' }, ({ case: it }) => it.state === 'cancelled');

    change('21', (it) => {
      it.fields['hireDate'] = day(50);
      it.history = [fullTime(day(50))];
    });
    await hint('21');
    await planned('21');
    assert.deepEqual(
      (await cases()).filter((it) => it.startsWith('21 ')),
      [`21 arrival ${day(50)} cancelled`, `21 arrival ${day(50)} running`],
    );
  });

  it('that a person took back stays so, until the HR system names another day', async () => {
    const { app, admin } = gatehouse;
    await cancelCase(app, admin, (await planned('21')).case.id);
    await hint('21');
    await pollAgain();
    assert.equal((await watch.caseOf({ id: '21' }))?.case.state, 'cancelled');
    change('21', (it) => {
      it.fields['hireDate'] = day(55);
      it.history = [fullTime(day(55))];
    });
    await hint('21');
    assert.equal((await planned('21')).case.state, 'running');
  });

  it('is heard of although it is told in the same words within one second', async () => {
    const at = new Date();
    const words = JSON.stringify({ type: 'employee.updated', data: { employeeId: '24' } });
    const tell = async () => {
      const delivery = bambooHrDelivery(webhookKey, words, at);
      await receiveHook(gatehouse.app, { source: 'bamboo', ...delivery });
      await watch.heard();
    };
    hr.employees['24'] = { ...employee('Sol Same', day(70)), history: [] };
    hr.employees['24'].fields['hireDate'] = null;
    await tell();
    assert.equal(await watch.caseOf({ id: '24' }), null);
    change('24', (it) => {
      it.fields['hireDate'] = day(70);
    });
    await tell();
    await planned('24');
  });

  it('goes back when the employee is deleted, which a person starts, and somebody is told', async () => {
    hr.remove('20', new Date().toISOString());
    hr.remove('21', new Date().toISOString());
    hr.remove('22', new Date().toISOString());
    await hint('20', 'employee.deleted');
    await pollAgain();

    const back = await watch.become(
      'the way back',
      { id: '20' },
      ({ case: it }) => it.direction === 'back',
    );
    assert.equal(back.case.state, 'waiting-for-approval');
    assert.ok(hasAccount('Nia'), 'until a person starts it');
    await watch.become('the end', { id: '21' }, ({ case: it }) => it.state === 'cancelled');
    assert.equal(
      (await watch.caseOf({ id: '22' }))?.case.state,
      'complete',
      'who has begun has begun',
    );
    const alerts = await watch.alerts('intake.question');
    const gone = (title: string) => alerts.filter((it) => it.title === title).length;
    assert.equal(gone('Somebody who was to arrive is gone from the HR system'), 2);
    assert.equal(gone('Somebody is gone from the HR system'), 1, 'and who has begun may have left');
  });

  it('of somebody who left years ago is a rehire: the account that was closed is opened', async () => {
    change('11', (it) => {
      it.history.push(fullTime(day(3)));
    });
    await hint('11');
    await watch.become('the account', { id: '11' }, ({ case: it }) => it.state === 'complete');
    assert.deepEqual(
      (await cases()).filter((it) => it.startsWith('11 ')),
      [`11 rehire ${day(3)} complete`],
    );
    assert.equal(directory.isActive('rae'), true);
    assert.equal(
      [...directory.users.values()].filter((it) => it.userName === account('Rae').userName).length,
      1,
    );
  });

  it('leaves a record in which everything holds together', async () => {
    await checkInvariants(gatehouse, { secrets: [apiKey, webhookKey] });
  });
});
