import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CaseWithSteps } from '#app/cases.ts';
import { until } from '#core/testing/until.ts';
import {
  account,
  type Company,
  emailOf,
  type House,
  movedHouseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { type MovedClock, startMovedClock } from './support/moved-clock.ts';
import { dueOf, isPlanned, stepOf, watching } from './support/watch.ts';

// Between notice and last day the clocks of Berlin go back: 26 October is 25 hours long.
const notice = '2025-10-13T08:00:00Z';
const endOf26th = '2025-10-26T23:00:00.000Z';
const endOf29th = '2025-10-29T23:00:00.000Z';

const priya = person('E-101', 'Priya Nair');
const lea = person('E-102', 'Lea Lind');
const tom = person('E-103', 'Tom Tamm');
const kim = person('E-104', 'Kim Kay', { zone: 'America/New_York' });
const everybody = ['Priya Nair', 'Lea Lind', 'Tom Tamm', 'Kim Kay'];

const departure = (who: { id: string }, change: object = {}) => ({
  id: `S-${who.id}`,
  kind: 'resignation',
  last_working_day: '2025-10-26',
  ...change,
});

let clock: MovedClock;
let house: House;
let company: Company;
let directory: ScimSystem;
let wiki: ScimSystem;
let watch: ReturnType<typeof watching>;

before(async () => {
  clock = await startMovedClock(notice);
  house = movedHouseOf(clock);
  watch = watching(house);
  company = await startCompany(house);
  const users = everybody.map(account);
  const sales = { id: 'sales', displayName: 'Sales', members: ['priya', 'lea'] };
  directory = await company.addSystem('directory', 'identity', { users, groups: [sales] });
  wiki = await company.addSystem('wiki', 'collaboration', { users });
});
after(async () => {
  await clock.stop();
  await company.close();
});

const isAsked = (it: CaseWithSteps, key: string) => stepOf(it, key)?.assignment != null;
const security = ({ steps }: CaseWithSteps) => steps.filter((it) => it.layer === 'security');
const done = () => [...directory.done(), ...wiki.done()];
const jobs = async (it: CaseWithSteps, key: string) =>
  (
    await house.rows<{ run_at: Date }>(
      'select run_at from graphile_worker._private_jobs where key = $1',
      `step:${stepOf(it, key)?.id}`,
    )
  ).map((row) => row.run_at.toISOString());
const digestsTold = async (it: CaseWithSteps) => {
  await clock.ask('flush');
  const facts = await house.rows<{ plan: string }>(
    `select body -> 'data' ->> 'plan' as plan from ledger.event_ix
      where case_id = $1 and type = 'case.changed' and body -> 'data' ? 'plan' order by idx`,
    it.case.id,
  );
  return facts.map((fact) => fact.plan);
};

describe('a planned departure across the end of summer time', () => {
  it('asks for the hand-over two weeks before, and cuts nothing', async () => {
    assert.deepEqual(await company.tell('departure.confirmed', priya, departure(priya)), {
      kind: 'taken',
    });
    const tasks = ['hand-over-work', 'move-ownership', 'recover-equipment', 'final-pay'];
    const planned = await watch.become('tasks', priya, (it) =>
      tasks.every((key) => isAsked(it, key)),
    );

    assert.equal(planned.case.state, 'scheduled');
    assert.equal(planned.case.accessEndsAt?.toISOString(), endOf26th);
    const handOver = stepOf(planned, 'hand-over-work')?.assignment;
    assert.equal(handOver?.people[0]?.name, 'Mona Manager');
    assert.equal(handOver.deadline, endOf26th);
    assert.equal(dueOf(planned, 'block-sign-in@directory:priya'), endOf26th);
    // Thirty days are thirty days on the calendar, at the same time of day.
    assert.equal(dueOf(planned, 'decide-clean-up'), '2025-11-25T23:00:00.000Z');
    assert.ok(security(planned).every((it) => it.status !== 'settled'));
    const letter = await company.mail.waitFor((it) => it.to.includes(emailOf('Mona Manager')));
    assert.match(letter.text, /2025-10-26/);
    assert.deepEqual(done(), []);
  });

  it('follows a last day that moves, later and earlier, with the timers it has', async () => {
    const before = (await watch.caseOf(priya))!;
    await company.tell(
      'departure.changed',
      priya,
      departure(priya, { last_working_day: '2025-10-29' }),
    );
    const key = 'block-sign-in@directory:priya';
    const later = await watch.become(
      'the later day',
      priya,
      (it) => isPlanned(it) && dueOf(it, key) === endOf29th,
    );
    assert.equal(later.steps.length, before.steps.length);
    assert.deepEqual(await jobs(later, key), [endOf29th]);
    assert.deepEqual(await jobs(later, 'lookup-at-cut:directory'), [endOf29th]);
    assert.equal(dueOf(later, 'decide-clean-up'), '2025-11-28T23:00:00.000Z');
    await company.mail.waitFor(
      (it) => it.subject.includes('New date: Plan the hand-over') && it.text.includes('10-29'),
    );

    await company.tell('departure.changed', priya, departure(priya));
    const back = await watch.become(
      'the earlier day',
      priya,
      (it) => isPlanned(it) && dueOf(it, key) === endOf26th,
    );
    assert.equal(back.steps.length, before.steps.length);
    assert.deepEqual(await jobs(back, 'lookup-at-cut:directory'), [endOf26th]);
    assert.notEqual(later.case.planDigest, before.case.planDigest);
    assert.equal(back.case.planDigest, before.case.planDigest);
    const told = await digestsTold(back);
    assert.deepEqual(
      told.slice(-3),
      [before, later, back].map((it) => it.case.planDigest),
    );
    assert.deepEqual(done(), []);
  });

  it('asks a system that is connected meanwhile, too', async () => {
    const users = [account('Priya Nair')];
    await company.addSystem('code', 'code', { users });

    const wider = await watch.become(
      'a plan with the new system',
      priya,
      (it) => stepOf(it, 'block-accounts@code:priya') !== undefined,
    );
    assert.equal(dueOf(wider, 'block-accounts@code:priya'), endOf26th);
    assert.equal(dueOf(wider, 'lookup-at-cut:code'), endOf26th);
    assert.equal((await digestsTold(wider)).at(-1), wider.case.planDigest);
  });

  it('has done nothing one minute before access ends in the person’s zone', async () => {
    for (const who of [lea, kim]) {
      await company.tell('departure.confirmed', who, departure(who));
      await watch.become('a plan', who, isPlanned);
    }
    await clock.ask('pause', (await watch.caseOf(lea))!.case.id, 'The date is disputed.');
    // Made since the plan: only looking once more can find it.
    wiki.users.set('priya-2', {
      ...{ id: 'priya-2', userName: 'priya.second', active: true },
      emails: [{ value: emailOf('Priya Nair') }],
    });

    await clock.moveTo('2025-10-26T22:59:00Z');
    await watch.quiet();

    assert.deepEqual(done(), []);
    assert.equal((await watch.caseOf(priya))!.case.state, 'scheduled');
  });

  it('has verified everything within a minute after it, the account made meanwhile included', async () => {
    await clock.moveTo('2025-10-26T22:59:59Z');
    const cut = await watch.become(
      'access removed',
      priya,
      (it) => it.case.accessRemovedAt !== null,
    );

    assert.deepEqual(
      ['priya', 'priya-2'].map((id) => wiki.isActive(id)),
      [false, false],
    );
    assert.equal(directory.isActive('priya'), false);
    assert.equal(stepOf(cut, 'block-accounts@wiki:priya-2')?.grade, 'verified');
    const tookMs = cut.case.accessRemovedAt!.getTime() - cut.case.accessEndsAt!.getTime();
    assert.ok(tookMs >= 0 && tookMs < 60_000, `${tookMs} ms`);
    assert.deepEqual(
      security(cut).filter((it) => it.grade === null || it.late),
      [],
    );
    await clock.ask('flush');
    const calls = await house.rows<{ at: Date }>(
      `select at from ledger.event_ix where case_id = $1 and type = 'step.intended' and system is not null`,
      cut.case.id,
    );
    assert.ok(calls.length >= 4);
    for (const { at } of calls) {
      const sinceMs = at.getTime() - Date.parse(endOf26th);
      assert.ok(sinceMs >= 0 && sinceMs < 60_000, at.toISOString());
    }
  });

  it('leaves alone who is paused, and who works where it is still yesterday', async () => {
    await watch.quiet();
    assert.equal(directory.isActive('lea'), true);
    assert.equal(wiki.isActive('lea'), true);
    assert.equal(directory.isActive('kim'), true);
    assert.equal(
      (await watch.caseOf(kim))!.case.accessEndsAt?.toISOString(),
      '2025-10-27T04:00:00.000Z',
    );
  });

  it('does what fell due meanwhile when it goes on, marked late', async () => {
    await clock.moveTo('2025-10-26T23:10:00Z');
    await clock.ask('resume', (await watch.caseOf(lea))!.case.id);

    const cut = await watch.become('access removed', lea, (it) => it.case.accessRemovedAt !== null);
    await watch.quiet(); // groups are left after access has ended
    assert.equal(directory.isActive('lea'), false);
    assert.deepEqual(directory.groups.get('sales')?.members, []);
    const block = stepOf(cut, 'block-sign-in@directory:lea');
    assert.equal(block?.grade, 'verified');
    assert.equal(block.late, true);
  });

  it('starts at once, marked late, when the last day moves into the past', async () => {
    await company.tell(
      'departure.confirmed',
      tom,
      departure(tom, { last_working_day: '2025-11-16' }),
    );
    await watch.become('a plan', tom, isPlanned);
    assert.equal(wiki.isActive('tom'), true);

    await company.tell(
      'departure.changed',
      tom,
      departure(tom, { last_working_day: '2025-10-21' }),
    );
    const cut = await watch.become('access removed', tom, (it) => it.case.accessRemovedAt !== null);

    assert.equal(wiki.isActive('tom'), false);
    assert.equal(stepOf(cut, 'block-accounts@wiki:tom')?.late, true);
    assert.equal(stepOf(cut, 'lookup-at-cut:wiki')?.grade, 'verified');
  });

  it('says so when access that should have ended has to wait in line', async () => {
    const [noa, zoe] = [person('E-105', 'Noa Nash'), person('E-106', 'Zoe Zorn')];
    const second = { ...account('Noa'), id: 'noa-2', userName: 'noa.second' };
    const users = [account('Noa'), second, account('Zoe')];
    // One call in a hundred seconds; that others leave some day later takes no turn now.
    const narrow = await company.addSystem('narrow', 'code', { users, ratePerSecond: 0.01 });
    await watch.become('a plan', kim, (it) => stepOf(it, 'lookup-at-cut:narrow') !== undefined);
    await company.tell(
      'departure.confirmed',
      noa,
      departure(noa, { last_working_day: '2025-10-20' }),
    );
    await watch.become('a plan', noa, isPlanned);
    await watch.quiet();
    assert.deepEqual(await watch.alerts('step.overdue'), []);

    await clock.moveTo(new Date(clock.now().getTime() + 65_000));
    const [alert] = await until('an alert', async () => {
      const found = await watch.alerts('step.overdue');
      return found.length > 0 && found;
    });
    assert.match(alert!.body, /in narrow should have begun more than a minute ago/);
    await company.mail.waitFor((it) => it.subject.includes('should have ended is still open'));

    // Who has to go at once does not stand in line.
    const atOnce = departure(zoe, { kind: 'involuntary', urgent: true });
    await company.tell('departure.confirmed', zoe, atOnce);
    await until('the urgent one to be closed', () => narrow.isActive('zoe') === false);
    assert.ok(users.slice(0, 2).some(({ id }) => narrow.isActive(id!)));

    const isCut = (it: CaseWithSteps) => it.case.accessRemovedAt !== null;
    await until('everybody’s turn', async () => {
      await clock.moveTo(new Date(clock.now().getTime() + 100_000));
      await watch.quiet();
      return isCut((await watch.caseOf(noa))!);
    });
    // What looks once more stands in the same line.
    await until('the alert to end', async () => {
      await clock.moveTo(new Date(clock.now().getTime() + 100_000));
      await watch.quiet();
      return (await watch.alerts('step.overdue')).length === 0;
    });
  });

  it('leaves a record in which everything holds together', async () => {
    await until('a quiet house', async () => {
      await watch.quiet();
      return true;
    });
    await clock.ask('checkInvariants');
  });
});
