import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CaseWithSteps } from '#app/cases.ts';
import { fakeGusto } from '#connectors/gusto/fake.ts';
import { type FakeAsset, fakeSnipeIt } from '#connectors/snipe-it/fake.ts';
import { serveFake } from '../practice/servers/fake-server.ts';
import {
  account,
  type Company,
  type House,
  movedHouseOf,
  person,
  startCompany,
} from './support/company.ts';
import { type MovedClock, startMovedClock } from './support/moved-clock.ts';
import { isPlanned, stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: planned-departure
title: Somebody leaves
for: departure
applies when: { all: [{ field: departure.kind, is: resignation }] }
steps:
  - id: block
    layer: security
    do: account.suspend
    on: { category: identity }
    at: access ends
  - id: equipment
    layer: operations
    do: assets.recover
    on: { category: assets }
    with: { due: last working day + 5 days }
    at: confirmed
  - id: pay
    layer: operations
    do: payroll.end
    on: { category: payroll }
    with: { last day: employment ends }
    at: confirmed
  - id: benefits
    layer: operations
    task:
      title: End the benefits of {person.name}
      assign to: { role: hr }
      due: employment ends
      proof: [answer of the insurer]
    at: confirmed
  - id: hand-over
    layer: operations
    task: { title: Hand over, assign to: { email: mona@meadow.example }, due: access ends + 30 days }
    at: confirmed
`;
const withoutEquipment = `
playbook: involuntary-departure
title: Involuntary departure, in short
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: block
    layer: security
    do: account.suspend
    on: { category: identity }
    at: confirmed
`;

const priya = person('E-201', 'Priya Nair');
const lea = person('E-202', 'Lea Lind');
const resignation = {
  id: 'S-201',
  kind: 'resignation',
  last_working_day: '2025-10-24',
  employment_ends: '2025-10-31',
};
const asset = (id: number, serial: string, model: string, user: number): FakeAsset => ({
  ...{ id, tag: `TAG-${id}`, serial, model, user },
});
const register = fakeSnipeIt(
  {
    users: [
      { id: 12, username: 'priya', email: 'priya@meadow.example', employeeNumber: 'E-201' },
      { id: 13, username: 'lea', email: 'lea@meadow.example', employeeNumber: 'E-202' },
    ],
    assets: [
      asset(101, 'C02XL0AAJG5H', 'MacBook Pro 14', 12),
      asset(102, 'PF3KTR1Y', 'ThinkPad T14', 12),
      asset(103, 'F17ZXM0KQ1', 'iPhone 15', 12),
      asset(104, 'PF9LEA00', 'ThinkPad T14', 13),
    ],
    licences: [],
  },
  'register token',
);
const companyId = '7b1d0df1-6403-4a06-8768-c1dd7d24d27a';
const payroll = fakeGusto(
  [
    {
      ...{ uuid: 'p-1', firstName: 'Priya', lastName: 'Nair' },
      ...{ workEmail: 'priya@meadow.example', terminations: [] },
    },
  ],
  {
    company: companyId,
    token: 'payroll token',
    today: () => clock.now().toISOString().slice(0, 10),
  },
);
/** Payroll is in no hurry: it answers what is to be changed when this is resolved. */
const payrollAnswers = Promise.withResolvers<void>();

let clock: MovedClock;
let house: House;
let company: Company;
let watch: ReturnType<typeof watching>;
let registerServer: Awaited<ReturnType<typeof serveFake>>;
let payrollServer: Awaited<ReturnType<typeof serveFake>>;

before(async () => {
  clock = await startMovedClock('2025-10-13T08:00:00Z');
  house = movedHouseOf(clock);
  watch = watching(house);
  company = await startCompany(house);
  await clock.ask('publish', playbook);
  await clock.ask('publish', withoutEquipment);
  const users = ['Priya Nair', 'Lea Lind'].map(account);
  await company.addSystem('directory', 'identity', { users });

  registerServer = await serveFake(register.fetch);
  payrollServer = await serveFake(async (request) => {
    if (request.method === 'POST') await payrollAnswers.promise;
    return payroll.fetch(request);
  });
  await house.connect(
    {
      id: 'register',
      name: 'Register',
      connector: 'snipe-it',
      settings: {
        address: registerServer.url,
        token: 'register token',
        assignTo: { email: 'flo@meadow.example' },
        returnTo: 'Reception, Torstraße 1.',
      },
    },
    [registerServer.port],
  );
  await house.connect(
    {
      id: 'payroll',
      name: 'Payroll',
      connector: 'gusto',
      settings: {
        address: payrollServer.url,
        company: companyId,
        accessToken: 'payroll token',
      },
    },
    [payrollServer.port],
  );
});
after(async () => {
  payrollAnswers.resolve();
  await clock.stop();
  await Promise.all([company.close(), registerServer.close(), payrollServer.close()]);
});

const pay = 'pay@payroll:p-1';
const key = (id: number) => `equipment@register:${id}.12`;
const stepIn = (it: CaseWithSteps, name: string) => {
  const found = stepOf(it, name);
  assert.ok(found, name);
  return found;
};
const isAsked = (it: CaseWithSteps, name: string) => stepOf(it, name)?.assignment != null;
const gradeOf = (it: CaseWithSteps, name: string) => stepOf(it, name)?.grade;
const checkIns = () => registerServer.requests.filter((it) => it.endsWith('/checkin'));

describe('the equipment of somebody who leaves', () => {
  it('is in the plan, each thing with its number, and somebody is asked for each', async () => {
    await company.tell('departure.confirmed', priya, resignation);
    const found = await watch.become(
      'three questions',
      priya,
      (it) => isPlanned(it) && [101, 102, 103].every((id) => isAsked(it, key(id))),
    );
    const things = found.steps.filter((it) => it.playbookStep === 'equipment');
    assert.deepEqual(
      things.map(({ title, account: thing }) => `${title}: ${thing?.login}`),
      [
        'Get equipment back: MacBook Pro 14, serial C02XL0AAJG5H',
        'Get equipment back: ThinkPad T14, serial PF3KTR1Y',
        'Get equipment back: iPhone 15, serial F17ZXM0KQ1',
      ],
    );
    // The end of the 29th in Berlin, where the clocks have gone back by then.
    assert.equal(stepIn(found, key(101)).assignment?.deadline, '2025-10-29T23:00:00.000Z');

    const letter = await company.mail.waitFor((it) => it.subject.includes('C02XL0AAJG5H'));
    assert.deepEqual(letter.to, ['flo@meadow.example']);
    assert.match(letter.text, /Reception, Torstraße 1\./);
    assert.match(letter.text, /number on the device/);
  });

  it('is no reason to wait: pay and benefits end meanwhile, side by side', async () => {
    const begun = await watch.become(
      'both under way',
      priya,
      (it) => isAsked(it, 'benefits') && stepOf(it, pay)?.planDigest != null,
    );
    assert.equal(stepIn(begun, pay).status, 'running');
    assert.deepEqual(stepIn(begun, pay).params, { 'last day': '2025-10-31' });
    await clock.ask('attest', stepIn(begun, 'benefits').id, {
      reason: 'The insurer was told.',
      proof: 'answer of 13 October',
    });
    payrollAnswers.resolve();

    const ended = await watch.become('pay to end', priya, (it) => gradeOf(it, pay) != null);
    assert.equal(gradeOf(ended, pay), 'verified');
    assert.equal(payroll.employees[0]?.terminations[0]?.on, '2025-10-31');

    await clock.ask('flush');
    const facts = await house.rows<{ type: string }>(
      'select type from ledger.event_ix where case_id = $1 order by idx',
      ended.case.id,
    );
    // Payroll was asked, then benefits ended, and only then did payroll answer.
    const ours = ['step.intended', 'step.attested', 'step.applied', 'step.verified'];
    const inOrder = facts.map(({ type }) => type).filter((it) => ours.includes(it));
    assert.deepEqual(inOrder, ours);
  });

  it('is back when the register shows it, whoever entered that there', async () => {
    register.assets[0]!.user = null;

    const found = await watch.become('it to be seen', priya, (it) => gradeOf(it, key(101)) != null);
    const step = stepIn(found, key(101));
    assert.equal(step.grade, 'verified');
    assert.equal(step.because, 'Snipe-IT shows it checked in.');
    assert.equal(step.appliedAt, null);
    assert.deepEqual(checkIns(), []);
  });

  it('is not confirmed with the number of another thing', async () => {
    const { id } = stepIn((await watch.caseOf(priya))!, key(102));
    await assert.rejects(
      clock.ask('attest', id, {
        reason: 'It is here.',
        proof: 'number on the device=C02XL0AAJG5H\nwho received it=Flo',
      }),
      /ThinkPad T14, serial PF3KTR1Y has the number PF3KTR1Y, and that is not in it\. Read it from the device/,
    );
    assert.deepEqual(checkIns(), []);
  });

  it('is checked in and read back once its own number is confirmed', async () => {
    const { id } = stepIn((await watch.caseOf(priya))!, key(102));
    const how = await clock.ask('attest', id, {
      reason: 'It is here.',
      proof: 'number on the device=pf3-ktr 1y\nwho received it=Flo',
    });
    assert.equal(how, 'to be read back');

    const found = await watch.become('a read-back', priya, (it) => gradeOf(it, key(102)) != null);
    const step = stepIn(found, key(102));
    assert.equal(step.grade, 'verified');
    assert.equal(step.assignment?.confirmed?.byName, 'Ada Admin');
    assert.deepEqual(checkIns(), ['POST /api/v1/hardware/102/checkin']);
    assert.equal(register.assets[1]?.user, null);
  });

  it('that nobody brings is asked for again, and told of when its day has passed', async () => {
    await clock.moveTo('2025-10-14T08:30:00Z');
    const reminder = await company.mail.waitFor(
      (it) => it.subject.includes('Reminder') && it.subject.includes('iPhone'),
      30_000,
    );
    assert.deepEqual(reminder.to, ['flo@meadow.example']);

    await clock.moveTo('2025-10-30T00:30:00Z');
    await company.mail.waitFor(
      (it) => it.to.includes('dana@meadow.example') && it.text.includes('It was due 2025-10-29'),
      30_000,
    );
    const again = company.mail.messages.filter((it) => it.subject.includes('Reminder'));
    assert.ok(again.every((it) => /iPhone|Hand over/.test(it.subject)));
  });

  it('may be lost for good, which access never is', async () => {
    const found = (await watch.caseOf(priya))!;
    await assert.rejects(
      clock.ask('writeOff', stepIn(found, 'hand-over').id, { reason: 'Nobody answers.' }),
      /Only equipment can be written off/,
    );
    await clock.ask('attest', stepIn(found, 'hand-over').id, { reason: 'Done.', proof: 'list' });
    await clock.ask('writeOff', stepIn(found, key(103)).id, { reason: 'Stolen; report 77/25.' });

    const after = await watch.become(
      'it to be settled',
      priya,
      (it) => gradeOf(it, key(103)) != null,
    );
    const { grade, decision } = stepIn(after, key(103));
    assert.equal(grade, 'waived');
    assert.deepEqual(
      [decision?.writtenOff, decision?.byName, decision?.reason, decision?.expiresAt],
      [true, 'Ada Admin', 'Stolen; report 77/25.', null],
    );
  });
});

describe('equipment that no step asks for', () => {
  it('is for a person to decide, and keeps nobody’s access open meanwhile', async () => {
    await company.tell('departure.confirmed', lea, {
      id: 'S-202',
      kind: 'involuntary',
      urgent: true,
      last_working_day: '2025-10-31',
    });
    const gap = 'gap:register:104.13';
    const found = await watch.become(
      'access removed, with a gap',
      lea,
      (it) => it.case.state === 'access-removed' && stepOf(it, gap)?.status === 'held',
    );
    const { layer, title, because } = stepIn(found, gap);
    assert.equal(layer, 'operations');
    assert.equal(title, 'No step deals with this in Register');
    assert.match(because!, /deals with this: ThinkPad T14, serial PF9LEA00 in register/);
  });
});
