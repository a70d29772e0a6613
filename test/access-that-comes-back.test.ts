import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { usualRechecksMs } from '#core/recheck.ts';
import { until } from '#core/testing/until.ts';
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
    on: every account
    at: access ends
`;

const priya = person('E-1', 'Priya Nair');
const noor = person('E-2', 'Noor Haddad');
const mei = person('E-3', 'Mei Tanaka');
const lena = person('E-5', 'Lena Berg');
const ravi = person('E-4', 'Ravi Iyer');
const dismissal = (id: string) => ({ id, kind: 'involuntary', last_working_day: '2025-09-01' });
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

let clock: MovedClock;
let house: House;
let company: Company;
let directory: ScimSystem;
let archive: ScimSystem;
let watch: ReturnType<typeof watching>;

before(async () => {
  clock = await startMovedClock('2025-09-01T09:00:00Z', { rechecksMs: usualRechecksMs });
  house = movedHouseOf(clock);
  watch = watching(house);
  company = await startCompany(house);
  await clock.ask('publish', playbook);
  const names = ['Priya Nair', 'Noor Haddad', 'Mei Tanaka', 'Ravi Iyer', 'Lena Berg'];
  const users = names.map(account);
  directory = await company.addSystem('directory', 'identity', { users });
  archive = await company.addSystem('archive', 'other');
});
after(async () => {
  await clock.stop();
  await company.close();
});

const block = 'block@directory:';
const moveOn = (ms: number) => clock.moveTo(new Date(clock.now().getTime() + ms));
const switchOn = (id: string) =>
  directory.users.set(id, { ...directory.users.get(id)!, active: true });

async function factsOf(caseId: string): Promise<readonly string[]> {
  await clock.ask('flush');
  const facts = await house.rows<{ type: string }>(
    'select type from ledger.event_ix where case_id = $1 order by idx',
    caseId,
  );
  return facts.map(({ type }) => type);
}
const countOf = async (caseId: string, type: string) =>
  (await factsOf(caseId)).filter((it) => it === type).length;
const facts = (caseId: string, type: string, count: number) =>
  until(`${count} facts ${type}`, async () => (await countOf(caseId, type)) === count, {
    seen: () => factsOf(caseId),
  });
const isComplete = (it: { case: { state: string } }) => it.case.state === 'complete';

describe('access that was ended', () => {
  let caseId: string;

  it('is looked at again after a quarter of an hour, and the case is sealed with what was seen', async () => {
    await company.tell('departure.confirmed', priya, dismissal('S-1'));
    const ended = await watch.become('the end', priya, isComplete);
    caseId = ended.case.id;
    assert.equal(await countOf(caseId, 'step.rechecked'), 0);

    await moveOn(15 * minuteMs);
    await facts(caseId, 'step.rechecked', 1);
    await facts(caseId, 'case.rechecked', 2);
    await facts(caseId, 'case.sealed', 2);
    const again = (await watch.caseOf(priya))!;
    assert.deepEqual(again.case.endedAt, ended.case.endedAt, 'it has ended no later');
    assert.deepEqual(directory.done(), ['priya suspended'], 'a look changes nothing');
    const [known] = await house.rows('select status from accounts where account_id = $1', 'priya');
    assert.deepEqual(known, { status: 'suspended' });
  });

  it('is looked at once for all looks that were missed', async () => {
    await moveOn(8 * dayMs);
    await facts(caseId, 'case.sealed', 3);
    assert.equal(await countOf(caseId, 'step.rechecked'), 2);
    const [row] = await house.rows<{ due: string }>(
      `select (due_at - settled_at)::text as due from access_checks where case_id = $1 and step_id is not null`,
      caseId,
    );
    assert.equal(row?.due, '30 days');
  });

  it('waits while its system does not answer, and goes on when it does', async () => {
    directory.behaviour = 'down';
    await moveOn(22 * dayMs);
    const waiting = () =>
      house.rows<{ waits: string }>(
        `select waits_because as waits from access_checks
          where case_id = $1 and connection_id = 'directory' and waits_because is not null`,
        caseId,
      );
    await until('a look that waits', async () => (await waiting()).length > 0);
    assert.equal(await countOf(caseId, 'step.rechecked'), 2);

    directory.behaviour = 'normal';
    await moveOn(2 * minuteMs);
    await facts(caseId, 'step.rechecked', 3);
    await until('nothing that waits', async () => (await waiting()).length === 0);
  });

  it('is ended again when somebody switched it on by hand, and somebody is told', async () => {
    await company.tell('departure.confirmed', noor, dismissal('S-2'));
    caseId = (await watch.become('the end', noor, isComplete)).case.id;
    switchOn('noor');

    await moveOn(15 * minuteMs);
    await facts(caseId, 'step.reopened', 1);
    await watch.become(
      'the end once more',
      noor,
      (found) => isComplete(found) && directory.isActive('noor') === false,
    );
    const happened = (await factsOf(caseId)).filter((it) => /reopened|verified/.test(it));
    assert.deepEqual(happened, [
      'step.verified',
      'step.reopened',
      'case.reopened',
      'step.verified',
    ]);
    const [alert] = await watch.alerts('access.returned');
    assert.match(alert!.body, /directory \(noor@meadow\.example\): It has come back\./);
    const told = await company.mail.waitFor((mail) => mail.subject.includes('is back'));
    assert.deepEqual(told.to, ['dana@meadow.example']);

    await moveOn(15 * minuteMs);
    await facts(caseId, 'step.rechecked', 1);
    assert.deepEqual(await watch.alerts('access.returned'), [], 'it stayed ended');
  });

  it('is held for a person when it comes back time and again', async () => {
    for (const time of [2, 3]) {
      switchOn('noor');
      await moveOn(dayMs);
      await facts(caseId, 'step.reopened', time);
      await watch.become('the end once more', noor, isComplete);
    }
    switchOn('noor');
    await moveOn(dayMs);
    const held = await watch.become('a held step', noor, (found) =>
      found.steps.some(({ status }) => status === 'held'),
    );
    assert.match(stepOf(held, `${block}noor`)!.because!, /^It has come back 4 times\./);
    assert.equal(held.case.state, 'running');
    assert.equal(directory.isActive('noor'), true, 'it is not fought over');
    await clock.ask('retry', stepOf(held, `${block}noor`)!.id);
    await watch.become('the end', noor, isComplete);
    assert.equal(directory.isActive('noor'), false);
  });

  it('is told of in the pack', async () => {
    await clock.ask('flush');
    const files = await clock.ask('evidence', caseId);
    const events = Buffer.from(files.get('events.jsonl')!).toString();
    assert.equal(events.match(/"step\.reopened"/g)?.length, 4);
    assert.match(events, /access-returned/);
  });

  it('waits as long as its system says, and people are told what only they can mend', async () => {
    const looked = await countOf(caseId, 'step.rechecked');
    const waits = (because: RegExp) =>
      until(`a look that waits: ${because}`, async () => {
        const rows = await house.rows<{ waits: string | null; quiet: number }>(
          `select c.waits_because as waits, ceil(extract(epoch from h.quiet_until - clock_timestamp()) / 60)::int as quiet
             from access_checks c
             join connection_health h using (connection_id)
            where c.case_id = $1 and c.connection_id = 'directory'`,
          caseId,
        );
        return rows.find((row) => because.test(row.waits ?? ''));
      });
    Object.assign(directory, { behaviour: 'rate-limited', retryAfterSeconds: 300 });
    await moveOn(15 * minuteMs);
    assert.equal((await waits(/429/)).quiet, 5, 'everybody leaves it alone as long as it says');
    assert.deepEqual(await watch.alerts('access.unchecked'), [], 'that passes by itself');

    directory.behaviour = { status: 403, body: '{}' };
    await moveOn(6 * minuteMs);
    await waits(/403/);
    const [alert, ...more] = await watch.alerts('access.unchecked');
    assert.deepEqual(more, [], 'once for all looks there');
    assert.match(alert!.body, /^Whether access that was ended in directory is still ended cannot/);
    assert.equal(await countOf(caseId, 'step.rechecked'), looked);

    directory.behaviour = 'normal';
    await moveOn(61 * minuteMs);
    await facts(caseId, 'step.rechecked', looked + 1);
    await until('nothing to mend', async () => {
      return (await watch.alerts('access.unchecked')).length === 0;
    });
  });
});

describe('an account that appears after somebody has left', () => {
  it('goes into their plan, and is closed', async () => {
    const { id } = (await watch.caseOf(priya))!.case;
    archive.users.set('priya', { ...directory.users.get('priya')!, active: true });
    // A new departure would look everywhere by itself; this one has ended long ago, and its last look is made anew.
    await house.rows(
      `update access_checks set due_at = clock_timestamp(), try_at = clock_timestamp()
        where case_id = $1 and connection_id = 'archive'`,
      id,
    );
    const closed = await watch.become(
      'the account closed',
      priya,
      (found) => isComplete(found) && stepOf(found, 'block@archive:priya')?.grade === 'verified',
    );
    assert.equal(archive.isActive('priya'), false);
    assert.ok((await factsOf(closed.case.id)).includes('case.reopened'));
  });
});

describe('looks at access that was ended', () => {
  const isMissed = (caseId: string, type: string) =>
    until(`a fact ${type}`, async () => (await countOf(caseId, type)) > 0);
  const noteOf = async (caseId: string) => {
    const { checks } = await house.show(caseId);
    return checks.map(({ connectionId, dueAt, waitsBecause, endedBecause }) => ({
      connectionId,
      isDue: dueAt !== null,
      said: waitsBecause ?? endedBecause,
    }));
  };

  it('end when the departure is taken back', async () => {
    await company.tell('departure.confirmed', mei, dismissal('S-3'));
    const { id } = (await watch.become('the end', mei, isComplete)).case;
    await company.tell('departure.rescinded', mei, dismissal('S-3'));
    const back = await watch.become(
      'a way back',
      mei,
      ({ case: it }) => it.state === 'waiting-for-approval' && it.planDigest !== null,
    );
    await clock.ask('bringBack', id, back.case.planDigest!);
    await watch.become('brought back', mei, ({ case: it }) => it.state === 'brought-back');
    const [known] = await house.rows('select status from accounts where account_id = $1', 'mei');
    assert.deepEqual(known, { status: 'active' });

    await moveOn(dayMs);
    await until('no further look', async () =>
      (await noteOf(id)).every(({ isDue, said }) => !isDue && said !== null),
    );
    assert.deepEqual(
      new Set((await noteOf(id)).map(({ said }) => said)),
      new Set(['the departure was taken back']),
    );
    assert.equal(directory.isActive('mei'), true);
    assert.equal(await countOf(id, 'step.reopened'), 0);
  });

  it('end when the person works here again', async () => {
    await company.tell('departure.confirmed', lena, dismissal('S-5'));
    const { id } = (await watch.become('the end', lena, isComplete)).case;
    await company.tell('arrival.confirmed', { ...lena, employment_id: '2' }, null, {
      arrival: { id: 'A-1', start_day: '2025-12-01' },
    });
    await watch.heard();
    switchOn('lena');

    await moveOn(15 * minuteMs);
    await until('no further look', async () => (await noteOf(id)).every(({ isDue }) => !isDue));
    assert.deepEqual(
      new Set((await noteOf(id)).map(({ said }) => said)),
      new Set(['the person works here again']),
    );
    assert.equal(directory.isActive('lena'), true);
  });

  it('wait while a connection is paused, and say so; of one that was removed, nobody knows', async () => {
    await company.tell('departure.confirmed', ravi, dismissal('S-4'));
    const { id } = (await watch.become('the end', ravi, isComplete)).case;
    await clock.ask('pauseConnection', 'directory', 'It is moved.');
    await moveOn(15 * minuteMs);
    await facts(id, 'case.rechecked', 1); // in the archive
    const paused = (await noteOf(id)).filter(({ connectionId }) => connectionId === 'directory');
    assert.deepEqual(new Set(paused.map(({ said }) => said)), new Set(['directory is paused']));

    await clock.ask('removeConnection', 'directory');
    await isMissed(id, 'step.unchecked');
    await isMissed(id, 'case.unchecked');
    assert.equal(await countOf(id, 'step.rechecked'), 0);
    await clock.ask('checkInvariants');
  });
});
