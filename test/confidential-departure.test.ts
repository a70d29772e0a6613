import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cancelCase } from '#app/cases.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { createUser } from '#app/users.ts';
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
title: Involuntary departure
for: departure
applies when: { field: departure.kind, is: involuntary }
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
  - id: tell
    layer: operations
    notice:
      to: [manager]
      subject: "Access of {person.name} has ended"
      text: "Please call HR."
    after: [layer security]
  - id: laptop
    layer: operations
    task:
      title: "Collect the laptop of {person.name}"
      assign to: { role: facilities }
      due: access ends - 30 days
      proof: [serial number]
    at: access ends
  - { id: ticket, layer: operations, ticket: { on: { category: ticketing } }, at: access ends }
`;

const quinn = person('E-66', 'Quinn Quiet', { department: 'Board' });

/** Whatever could tell who it is. */
const tells = /quinn|quiet|E-66/i;

describe('a confidential departure', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let broken: ScimSystem;
  let desk: Awaited<ReturnType<typeof startHttpSystem>>;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const users = [account(quinn.name)];
    directory = await company.addSystem('directory', 'identity', { users });
    broken = await company.addSystem('broken', 'other', { users });
    desk = await startHttpSystem({
      name: 'Help Desk',
      users: [{ id: 'service', email: 'service@meadow.example' }],
    });
    await house.connect(helpDesk('desk', desk), [desk.port]);
    const { app, admin } = gatehouse;
    const fritz = { name: 'Fritz Facilities', email: 'fritz@meadow.example' };
    await createUser(app, { ...fritz, roles: ['facilities'] });
    const { playbook: draft } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, draft.id);
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
    await desk.close();
  });

  it('gives nobody away: not in a subject, a task, an alert, a ticket or a line of the log', async () => {
    // One system says yes and does nothing, so that somebody has to be told of a held step.
    broken.behaviour = 'lies';
    await company.tell('departure.confirmed', quinn, {
      id: 'S-66',
      kind: 'involuntary',
      urgent: true,
      confidential: true,
      last_working_day: '2026-11-01',
    });
    const found = await watch.become('a held step, a task and a ticket', quinn, (it) => {
      const isHeld = stepOf(it, 'block@broken:quinn')?.status === 'held';
      const isAsked = stepOf(it, 'laptop')?.assignment != null;
      return isHeld && isAsked && stepOf(it, 'ticket@desk')?.grade === 'verified';
    });
    assert.equal(directory.isActive('quinn'), false);

    await company.mail.waitFor((it) => it.to.includes('fritz@meadow.example'));
    await company.mail.waitFor((it) => it.to.includes('dana@meadow.example'));
    await cancelCase(gatehouse.app, gatehouse.admin, found.case.id);
    await watch.quiet();

    assert.ok(company.mail.messages.length >= 3, 'a task, an alert, and that it is called off');
    for (const { subject, to } of company.mail.messages)
      assert.doesNotMatch(subject, tells, `to ${to.join()}`);
    const others = company.mail.messages.filter((it) => !it.to.includes('mona@meadow.example'));
    for (const { text, to } of others) assert.doesNotMatch(text, tells, `to ${to.join()}`);
    for (const ticket of desk.tickets.values())
      assert.doesNotMatch(`${ticket.title} ${ticket.text}`, tells);
    assert.ok(desk.tickets.size > 0);
    for (const line of gatehouse.logs) assert.doesNotMatch(line, tells);
  });
});
