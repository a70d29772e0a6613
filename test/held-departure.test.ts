import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '#app/app.ts';
import { cancelCase, changeDates, pauseCase, requestCase, resumeCase } from '#app/cases.ts';
import { releaseCase } from '#app/releases.ts';
import { createUser } from '#app/users.ts';
import { isHeld } from '#core/case.ts';
import type { DepartureFacts } from '#core/departure.ts';
import {
  account,
  type Company,
  houseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { isPlanned, watching } from './support/watch.ts';

const names = ['Ann', 'Ben', 'Cat', 'Dan', 'Eve'];
const [ann, ben, cat, dan, eve] = names.map((name, i) => person(`E-2${i}`, `${name} Nair`)) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const isCut = ({ case: it }: { case: { accessRemovedAt: Date | null } }) =>
  it.accessRemovedAt !== null;

describe('a departure that is held until it is released', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let watch: ReturnType<typeof watching>;
  let hr: Caller;
  let operator: Caller;

  before(async () => {
    gatehouse = await startGatehouse();
    watch = watching(houseOf(gatehouse));
    company = await startCompany(houseOf(gatehouse));
    directory = await company.addSystem('directory', 'identity', { users: names.map(account) });
    for (const who of [ann, ben, cat, dan, eve]) await company.tell('role.changed', who, null);
    await watch.heard();
    hr = await addUser('Hanna', 'hr');
    operator = await addUser('Otto', 'it-operator');
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  async function addUser(name: string, ...roles: string[]): Promise<Caller> {
    const email = `${name.toLowerCase()}@meadow.example`;
    const user = await createUser(gatehouse.app, { name, email, roles });
    return { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
  }
  async function hold(
    who: { id: string },
    it: Partial<DepartureFacts> = {},
    by = hr,
  ): Promise<string> {
    const { caseId, detail } = await requestCase(gatehouse.app, by, {
      personId: who.id,
      departure: {
        ...{ kind: 'involuntary', urgent: true, confidential: true, hold: true, reason: null },
        ...{ accessEnds: null, lastWorkingDay: null, employmentEnds: null, payEnds: null },
        ...it,
      },
    });
    assert.ok(caseId, detail ?? '');
    return caseId;
  }
  const mailsSince = (count: number) => company.mail.messages.length - count;

  it('is planned and shown, while nothing begins and nobody is told', async () => {
    const mails = company.mail.messages.length;
    await hold(ann);
    const planned = await watch.become('a plan', ann, isPlanned);
    await watch.quiet();

    assert.equal(planned.case.state, 'waiting-for-approval');
    assert.ok(planned.steps.some((it) => it.capability === 'account.suspend'));
    assert.equal(directory.isActive('ann'), true);
    assert.deepEqual(directory.done(), []);
    assert.equal(mailsSince(mails), 0);
  });

  it('is not begun by the HR system, by pausing and going on, or by other dates', async () => {
    const { id } = (await watch.caseOf(ann))!.case;
    await company.tell('departure.confirmed', ann, {
      ...{ id: 'S-1', kind: 'involuntary', urgent: true, last_working_day: '2026-11-02' },
    });
    await pauseCase(gatehouse.app, hr, id, 'HR looks at it.');
    await resumeCase(gatehouse.app, hr, id);
    await changeDates(gatehouse.app, hr, id, { lastWorkingDay: '2026-11-03' });
    await watch.heard();
    await watch.quiet();

    const { case: it } = (await watch.caseOf(ann))!;
    assert.equal(isHeld(it), true);
    assert.equal(it.departure.confidential, true, 'what the HR system leaves out stays');
    assert.equal(directory.isActive('ann'), true);
  });

  it('ends access at the minute it is released', async () => {
    const { id } = (await watch.caseOf(ann))!.case;
    const before = new Date();
    const { detail } = await releaseCase(gatehouse.app, hr, id);
    assert.equal(detail, 'Released. Access ends now.');
    const done = await watch.become('access removed', ann, isCut);

    assert.equal(directory.isActive('ann'), false);
    assert.ok(done.case.confirmedAt >= before);
    assert.ok(done.steps.every((it) => !it.late));
    assert.ok(done.case.accessEndsAt!.getTime() - done.case.confirmedAt.getTime() < 1_000);
  });

  it('keeps a date that is still to come', async () => {
    const id = await hold(ben, {
      ...{ kind: 'layoff', urgent: false, lastWorkingDay: '2031-06-30' },
    });
    await watch.become('a plan', ben, isPlanned);
    const { detail } = await releaseCase(gatehouse.app, hr, id);
    assert.match(detail, /Access ends 2031-07-01T00:00/);
    const { case: it } = await watch.become('a new plan', ben, isPlanned);
    assert.equal(it.state, 'scheduled');
    assert.equal(directory.isActive('ben'), true);
  });

  it('ends access before the person is told only for those who may, and with a reason', async () => {
    const id = await hold(cat, { urgent: false, accessEnds: '2031-06-30T09:00' });
    await watch.become('a plan', cat, isPlanned);
    const untold = (by: Caller, reason?: string) =>
      releaseCase(gatehouse.app, by, id, { untold: true, reason });
    await assert.rejects(untold(hr, 'It cannot wait.'), /This needs one of the roles/);
    await assert.rejects(untold(gatehouse.admin), /Say why access ends before/);
    await untold(gatehouse.admin, 'He copies files.');
    await watch.become('access removed', cat, isCut);

    assert.equal(directory.isActive('cat'), false);
    const facts = await gatehouse.rows<{ body: { data: { reason: string } } }>(
      `select body from ledger.event_ix where type = 'case.released' and case_id = $1`,
      id,
    );
    assert.deepEqual(
      facts.map((it) => it.body.data.reason),
      ['released-untold'],
    );
  });

  it('is released by its opener, and exists for no other operator', async () => {
    const id = await hold(dan, {}, operator);
    const other = await addUser('Olga', 'it-operator');
    await watch.become('a plan', dan, isPlanned);
    await assert.rejects(releaseCase(gatehouse.app, other, id), /There is no departure/);
    await releaseCase(gatehouse.app, operator, id);
    await watch.become('access removed', dan, isCut);
  });

  it('has somebody asked when it is held past its date, and is never cut by itself', async () => {
    const id = await hold(eve, { urgent: false, accessEnds: '2031-06-30T09:00' });
    await watch.become('a plan', eve, isPlanned);
    await gatehouse.database.pools.admin.query(
      `alter table cases disable trigger guard_case;
       update cases set access_ends_at = clock_timestamp() - interval '1 second', confirmed_at = confirmed_at - interval '1 day'
        where id = '${id}';
       alter table cases enable trigger guard_case`,
    );
    const told = await company.mail.waitFor((it) => it.subject.includes('held for longer'));
    assert.doesNotMatch(JSON.stringify(told), /Eve|eve@|E-24/);
    await watch.quiet();
    assert.equal((await watch.alerts('case.held-long')).length, 1);
    assert.equal(directory.isActive('eve'), true);

    await cancelCase(gatehouse.app, hr, id);
    assert.equal((await watch.caseOf(eve))!.case.state, 'cancelled');
    assert.deepEqual(await watch.alerts('case.held-long'), []);
  });

  it('leaves a record in which everything holds together', async () => {
    await checkInvariants(gatehouse, { effects: directory.effects });
  });
});
