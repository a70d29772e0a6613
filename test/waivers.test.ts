import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  account,
  type Company,
  type House,
  movedHouseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { type MovedClock, startMovedClock } from './support/moved-clock.ts';
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure, the short way
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: block
    layer: security
    do: account.suspend
    on: { category: identity }
    at: access ends
  - id: hand-over
    layer: operations
    task: { title: Hand over, assign to: { role: hr }, due: access ends + 5 days }
    at: access ends
`;

const priya = person('E-1', 'Priya Nair');
const dismissal = { id: 'S-1', kind: 'involuntary', last_working_day: '2025-09-30' };

let clock: MovedClock;
let house: House;
let company: Company;
let directory: ScimSystem;
let watch: ReturnType<typeof watching>;

before(async () => {
  clock = await startMovedClock('2025-09-01T09:00:00Z');
  house = movedHouseOf(clock);
  watch = watching(house);
  company = await startCompany(house);
  await clock.ask('publish', playbook);
  const users = [account('Priya Nair')];
  directory = await company.addSystem('directory', 'identity', { users });
  await company.addSystem('archive', 'other', { users });
});
after(async () => {
  await clock.stop();
  await company.close();
});

const gap = 'gap:archive:priya';
const factsOf = async (caseId: string) => {
  await clock.ask('flush');
  const facts = await house.rows<{ type: string }>(
    'select type from ledger.event_ix where case_id = $1 order by idx',
    caseId,
  );
  return facts.map((fact) => fact.type);
};

describe('a waiver', () => {
  it('settles a step for as long as somebody answers for it, and the case ends', async () => {
    await company.tell('departure.confirmed', priya, dismissal);
    const held = await watch.become(
      'a gap, and a task',
      priya,
      (it) => stepOf(it, gap)?.status === 'held' && stepOf(it, 'hand-over')?.assignment != null,
    );
    assert.equal(held.case.accessRemovedAt, null, 'an account that no step covers is open access');
    assert.match(stepOf(held, gap)!.because!, /priya@meadow.example in archive/);

    await assert.rejects(
      clock.ask('waive', stepOf(held, gap)!.id, {
        reason: 'Read only.',
        expiresAt: new Date('2025-08-31'),
      }),
      /lies in the past/,
    );
    const until = new Date('2025-09-03T12:00:00Z');
    await clock.ask('waive', stepOf(held, gap)!.id, { reason: 'Read only.', expiresAt: until });
    await watch.become('access removed', priya, (it) => it.case.accessRemovedAt !== null);
    const later = new Date('2025-09-05T12:00:00Z');
    const handOver = stepOf(held, 'hand-over')!.id;
    await clock.ask('waive', handOver, { reason: 'Nobody to hand over to.', expiresAt: later });
    const ended = await watch.become('the end', priya, (it) => it.case.state === 'complete');
    assert.equal((await factsOf(ended.case.id)).at(-1), 'case.sealed');
  });

  it('holds until its day and no longer: the ended case is open again, and somebody is told', async () => {
    await clock.moveTo('2025-09-03T11:59:00Z');
    await watch.quiet();
    assert.equal((await watch.caseOf(priya))!.case.state, 'complete');

    await clock.moveTo('2025-09-03T12:00:00Z');
    const open = await watch.become(
      'the gap again',
      priya,
      (it) => stepOf(it, gap)?.status === 'held' && it.case.endedAt === null,
    );
    assert.equal(open.case.state, 'running');
    assert.equal(open.case.accessRemovedAt, null);
    assert.equal(open.case.endedAt, null);
    assert.match(stepOf(open, gap)!.because!, /Skipped by Ada Admin until today: Read only\./);
    const types = await factsOf(open.case.id);
    assert.deepEqual(types.slice(-2).sort(), ['case.reopened', 'step.reopened']);
    const [alert] = await watch.alerts('waiver.expired');
    assert.equal(alert?.step_id, stepOf(open, gap)!.id);
    const told = await company.mail.waitFor((it) => it.subject.includes('open again'));
    assert.deepEqual(told.to, ['dana@meadow.example']);
  });

  it('of another kind of work opens the case without open access', async () => {
    const { id } = stepOf((await watch.caseOf(priya))!, gap)!;
    await clock.ask('attest', id, { reason: 'Closed in the archive itself.', proof: 'ticket 12' });
    await watch.become('the end', priya, (it) => it.case.state === 'complete');

    await clock.moveTo('2025-09-05T12:00:00Z');
    const open = await watch.become(
      'the task again',
      priya,
      (it) => stepOf(it, 'hand-over')?.status === 'held' && it.case.endedAt === null,
    );
    assert.equal(open.case.state, 'access-removed');
    assert.notEqual(open.case.accessRemovedAt, null);
    await clock.ask('attest', stepOf(open, 'hand-over')!.id, { reason: 'Done.', proof: 'list' });
    const ended = await watch.become('the end', priya, (it) => it.case.state === 'complete');

    const types = await factsOf(ended.case.id);
    assert.equal(types.filter((it) => it === 'case.sealed').length, 3);
    assert.deepEqual(directory.done(), ['priya suspended']);
    assert.equal((await watch.alerts('waiver.expired')).length, 0);
  });
});

describe('a complete departure that is taken back', () => {
  it('is offered a way back, with what was done by hand left to people', async () => {
    await company.tell('departure.rescinded', priya, dismissal);
    const back = await watch.become(
      'a way back',
      priya,
      ({ case: it }) => it.state === 'waiting-for-approval' && it.planDigest !== null,
    );
    assert.deepEqual(directory.done(), ['priya suspended']);
    assert.deepEqual(back.case.planNotes, [
      '“No step ends this access in archive” (priya@meadow.example) was done by hand by Ada Admin; undo it by hand.',
    ]);

    await clock.ask('bringBack', back.case.id, back.case.planDigest!);
    await watch.become('brought back', priya, ({ case: it }) => it.state === 'brought-back');
    assert.deepEqual(directory.done(), ['priya suspended', 'priya activated']);
    await clock.ask('checkInvariants');
  });
});
