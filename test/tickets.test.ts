import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bringBack } from '#app/cases.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { attestStep } from '#app/steps.ts';
import { startHttpSystem } from '../practice/servers/http-system.ts';
import {
  account,
  type Company,
  houseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { helpDesk } from './support/help-desk.ts';
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Block, collect, and record it
for: departure
steps:
  - { id: block-sign-in, layer: security, do: account.suspend, on: { category: identity } }
  - id: laptop
    layer: operations
    task: { title: "Collect the laptop of {person.name}", assign to: manager, due: last working day + 5 days, proof: [serial number] }
  - { id: ticket, layer: operations, ticket: { on: { category: ticketing } } }
  - id: goodbye
    layer: compliance
    task: { title: Close the file, assign to: manager, due: last working day + 9 days }
    after: [ticket, layer operations]
`;

const priya = person('E-901', 'Priya Nair', { department: 'Sales' });
const noor = person('E-902', 'Noor Quiet');
const dismissal = (who: { id: string }, more: object = {}) => ({
  id: `S-${who.id}`,
  kind: 'involuntary',
  urgent: true,
  last_working_day: '2026-12-01',
  ...more,
});

describe('a ticket as a record', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let identity: ScimSystem;
  let desk: Awaited<ReturnType<typeof startHttpSystem>>;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    identity = await company.addSystem('okta', 'identity', {
      users: [account('Priya Nair'), account('Noor Quiet')],
    });
    desk = await startHttpSystem({
      name: 'Help Desk',
      users: [{ id: 'service', email: 'service@meadow.example' }],
    });
    await house.connect(helpDesk('desk', desk), [desk.port]);
    const { app, admin } = gatehouse;
    const { playbook: draft } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, draft.id);
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
    await desk.close();
  });

  const attest = async (stepId: string) => {
    const { app, admin } = gatehouse;
    await attestStep(app, admin, stepId, { reason: 'He brought it.', proof: 'C02X' });
  };

  it('says in the same minute what was done, with grade and time, and what is open', async () => {
    await company.tell('departure.confirmed', priya, dismissal(priya));
    const found = await watch.become(
      'access removed, and the ticket says so',
      priya,
      (it) => stepOf(it, 'ticket:access-removed@desk')?.grade === 'verified',
    );

    assert.equal(identity.isActive('priya'), false);
    assert.equal(stepOf(found, 'ticket@desk')?.grade, 'verified');
    const [ticket, ...more] = [...desk.tickets.values()];
    assert.deepEqual(more, []);
    assert.equal(ticket?.title, 'Departure of Priya Nair');
    assert.equal(ticket.status, 'open');
    assert.match(ticket.text, /^Departure of Priya Nair, Sales\nAccess ends: 20\d\d-/);
    assert.match(ticket.text, /Last working day: 2026-12-01/);
    assert.match(
      ticket.text,
      /Done:\n- Block sign-in in okta: verified, \d{4}-\d\d-\d\d \d\d:\d\d Europe\/Berlin/,
    );
    assert.match(
      ticket.text,
      /Open for people:\n- Collect the laptop of Priya Nair, due 2026-12-07/,
    );
    assert.match(ticket.text, new RegExp(`http://localhost:8080/cases/${found.case.id}`));
  });

  it('holds nothing up, and is resolved when everything else has a grade', async () => {
    const found = (await watch.caseOf(priya))!;
    await attest(stepOf(found, 'laptop')!.id);
    const later = await watch.become(
      'the next task',
      priya,
      (it) => stepOf(it, 'goodbye')?.assignment != null,
    );
    assert.notEqual(stepOf(later, 'ticket:end@desk')?.status, 'settled');
    assert.equal(desk.tickets.get('t-1')?.status, 'open');

    await attest(stepOf(later, 'goodbye')!.id);
    const done = await watch.become('complete', priya, (it) => it.case.state === 'complete');

    assert.equal(stepOf(done, 'ticket:end@desk')?.grade, 'verified');
    const ticket = desk.tickets.get('t-1')!;
    assert.equal(ticket.status, 'resolved');
    assert.match(ticket.text, /- Collect the laptop of Priya Nair: attested, \d{4}-/);
    assert.doesNotMatch(ticket.text, /Open for people/);
    assert.equal(desk.tickets.size, 1);
  });

  it('names nobody where the departure is confidential', async () => {
    await company.tell('departure.confirmed', noor, dismissal(noor, { confidential: true }));
    const found = await watch.become(
      'a ticket',
      noor,
      (it) => stepOf(it, 'ticket:access-removed@desk')?.grade === 'verified',
    );

    const ticket = desk.tickets.get('t-2')!;
    assert.equal(ticket.title, `A departure (${found.case.id})`);
    assert.doesNotMatch(JSON.stringify(ticket), /noor|quiet|laptop|okta|Berlin|2026-12/i);
    assert.match(ticket.text, /1 of 3 steps have a grade/);
    assert.equal(ticket.status, 'open');
  });

  it('says that it was taken back once access is given back, and asks nobody for more', async () => {
    const leaving = dismissal(noor, { confidential: true });
    await company.tell('departure.rescinded', noor, leaving);
    const waiting = await watch.become(
      'a way back that waits',
      noor,
      (it) => it.case.state === 'waiting-for-approval' && it.steps.some((step) => step.undoOf),
    );
    await bringBack(gatehouse.app, gatehouse.admin, waiting.case.id, waiting.case.planDigest!);
    const done = await watch.become('brought back', noor, (it) => it.case.state === 'brought-back');

    assert.equal(identity.isActive('noor'), true);
    assert.equal(stepOf(done, 'undo:ticket@desk')?.grade, 'verified');
    const ticket = desk.tickets.get('t-2')!;
    assert.equal(ticket.status, 'resolved');
    assert.match(ticket.text, /Taken back/);
    assert.doesNotMatch(JSON.stringify(ticket), /noor|quiet|okta/i);
    assert.equal(desk.tickets.size, 2);
  });
});
