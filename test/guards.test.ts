import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '#app/app.ts';
import { type CaseWithSteps, cancelCase, pauseCase, requestCase, resumeCase } from '#app/cases.ts';
import { goLive, rehearsalOf } from '#app/rehearsals.ts';
import { releaseCase } from '#app/releases.ts';
import { changeSetting } from '#app/settings.ts';
import { retryStep } from '#app/steps.ts';
import { resumeEverything, showSwitch, stopEverything } from '#app/switches.ts';
import { createUser, disableUser } from '#app/users.ts';
import { until } from '#core/testing/until.ts';
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

const names = 'Ann Ben Cat Dan Eve Fay Gus Hal Ida Ulf Jan Kai Lia Mia Noa Oda Pia'.split(' ');
const people = names.map((name, i) => person(`E-2${i}`, `${name} Nair`));
const leavesNow = (who: { id: string }) => ({
  ...{ id: `S-${who.id}`, kind: 'involuntary', last_working_day: '2025-06-30' },
});
const urgent = (who: { id: string }) => ({
  ...{ id: `S-${who.id}`, kind: 'involuntary', urgent: true, last_working_day: '2031-06-30' },
});
type Who = ReturnType<typeof person>;
const isCut = ({ case: it }: { case: { accessRemovedAt: Date | null } }) =>
  it.accessRemovedAt !== null;

describe('what keeps a mistake small', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let wiki: ScimSystem;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const users = names.map(account);
    directory = await company.addSystem('directory', 'identity', { users });
    wiki = await company.addSystem('wiki', 'collaboration', { users });
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const addUser = async (name: string, ...roles: string[]): Promise<Caller> => {
    const email = `${name.toLowerCase()}@meadow.example`;
    const user = await createUser(gatehouse.app, { name, email, roles });
    return { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
  };
  const callsAbout = (who: string) =>
    [...directory.requests, ...wiki.requests].filter((it) => it.path.includes(who));

  describe('the guard against too many departures', () => {
    it('lets five an hour pass, and holds the sixth back before anything is called', async () => {
      for (const who of people.slice(0, 5)) {
        await company.tell('departure.confirmed', who, urgent(who));
        await watch.become('access removed', who, isCut);
      }
      const sixth = people[5]!;
      await company.tell('departure.confirmed', sixth, urgent(sixth));
      const held = await watch.become('a case', sixth, () => true);
      await watch.quiet();

      const { state, planDigest } = (await watch.caseOf(sixth))!.case;
      assert.deepEqual({ state, planDigest }, { state: 'quarantined', planDigest: null });
      assert.equal(held.steps.length, 0);
      assert.deepEqual(callsAbout('fay'), []);
      const [alert] = await watch.alerts('guard.tripped');
      assert.match(alert!.body, /More than 5 departures in one hour/);
      assert.match(alert!.body, /1 departure is held back, the newest of E-25 \(HR ids\)/);
      await company.mail.waitFor((it) => it.subject.includes('Unusually many departures'));
    });

    it('is not got round by pausing and going on', async () => {
      const { id } = (await watch.caseOf(people[5]!))!.case;
      await pauseCase(gatehouse.app, gatehouse.admin, id, 'To look at it.');
      await resumeCase(gatehouse.app, gatehouse.admin, id);
      await watch.quiet();
      assert.equal((await watch.caseOf(people[5]!))!.case.state, 'quarantined');
      assert.equal(directory.isActive('fay'), true);
    });

    it('lets go what another person than the opener releases', async () => {
      const hr = await addUser('Hanna', 'hr', 'it-admin');
      const seventh = people[6]!;
      await company.tell('role.changed', seventh, null);
      await watch.heard();
      const departure = {
        ...{ kind: 'involuntary' as const, urgent: true, confidential: false, reason: null },
        ...{ accessEnds: null, lastWorkingDay: null, employmentEnds: null, payEnds: null },
      };
      const asked = await requestCase(gatehouse.app, hr, { personId: seventh.id, departure });
      assert.equal(asked.detail, 'held back by a guard');
      await assert.rejects(
        releaseCase(gatehouse.app, hr, asked.caseId!),
        /Who opened a departure cannot release it/,
      );
      await releaseCase(gatehouse.app, gatehouse.admin, asked.caseId!);
      const done = await watch.become('access removed', seventh, isCut);
      assert.equal(done.case.state, 'access-removed');
      assert.equal(directory.isActive('gus'), false);
      await disableUser(gatehouse.app, hr.user.email);
    });

    it('has nothing done when what it held back is taken back', async () => {
      const { id } = (await watch.caseOf(people[5]!))!.case;
      await cancelCase(gatehouse.app, gatehouse.admin, id);
      await watch.quiet();
      assert.equal((await watch.caseOf(people[5]!))!.case.state, 'cancelled');
      assert.deepEqual(await watch.alerts('guard.tripped'), [], 'nothing is held back any more');
      assert.deepEqual(callsAbout('fay'), []);
    });

    it('takes its limits from the settings', async () => {
      const more = { departuresPerHour: 50, departuresPerDay: 8 };
      await changeSetting(gatehouse.app, gatehouse.admin, 'guardrails', more);
      const [eighth, ninth] = [people[7]!, people[8]!];
      await company.tell('departure.confirmed', eighth, urgent(eighth));
      await watch.become('access removed', eighth, isCut);
      await company.tell('departure.confirmed', ninth, urgent(ninth));
      const held = await watch.become('a case', ninth, () => true);
      assert.equal(held.case.state, 'quarantined');
      const alerts = (await watch.alerts('guard.tripped')).map((it) => it.body);
      assert.ok(alerts.some((it) => it.includes('More than 8 departures in one day')));
    });
  });

  describe('the guard of one department and one place', () => {
    const those = (department: string, location: string, from: number, count: number) =>
      Array.from({ length: count }, (_, i) =>
        person(`E-${from + i}`, `Person${from + i} Nair`, { department, location }),
      );
    const support = those('Support', 'Kiel', 300, 22);
    const ops = those('Operations', 'Bonn', 400, 5);
    const leavesLater = async (who: { id: string }) => {
      const departure = { ...{ id: `S-${who.id}`, kind: 'resignation' } };
      await company.tell('departure.confirmed', who, {
        ...departure,
        last_working_day: '2031-06-30',
      });
      await watch.heard();
      return (await watch.caseOf(who))!.case.state;
    };

    before(async () => {
      const day = { departuresPerDay: 100 };
      await changeSetting(gatehouse.app, gatehouse.admin, 'guardrails', day);
      for (const who of support) await company.tell('role.changed', who, null);
      await watch.heard();
    });
    after(() =>
      changeSetting(gatehouse.app, gatehouse.admin, 'guardrails', { departuresPerDay: 8 }),
    );

    it('lets four of twenty-two pass, and holds the fifth back', async () => {
      for (const who of support.slice(0, 4)) {
        assert.notEqual(await leavesLater(who), 'quarantined', who.id);
      }
      assert.equal(await leavesLater(support[4]!), 'quarantined');
      const [alert] = await watch.alerts('guard.tripped');
      assert.match(alert!.body, /5 of 22 people in department Support would leave within one day/);
      assert.match(alert!.body, /departures are held back, the newest of E-304, /);
    });

    it('looks at the place of whoever is in another department', async () => {
      assert.notEqual(await leavesLater(ops[0]!), 'quarantined');
      const elsewhere = person('E-450', 'Kira Kiel', { department: 'Sales', location: 'kiel' });
      assert.equal(await leavesLater(elsewhere), 'quarantined', 'the sixth of Kiel');
    });

    it('holds nobody back where most of the company is unknown', async () => {
      await changeSetting(gatehouse.app, gatehouse.admin, 'company', { headcount: 400 });
      assert.notEqual(await leavesLater(support[5]!), 'quarantined');
      await changeSetting(gatehouse.app, gatehouse.admin, 'company', { headcount: null });
    });
  });

  describe('the budget of suspensions', () => {
    const [jan, kai, lia] = people.slice(10, 13) as [Who, Who, Who];
    const set = (change: object) =>
      changeSetting(gatehouse.app, gatehouse.admin, 'guardrails', { ...change });
    const waits = ({ steps }: CaseWithSteps) =>
      steps.some((it) =>
        it.because?.includes('“Block sign-in” was begun 1 times in directory within an hour'),
      );

    before(() => set({ departuresPerDay: 100, suspensionsPerHour: 1 }));
    after(() => set({ departuresPerDay: 8, suspensionsPerHour: 120 }));

    it('lets what is above it wait, and tells somebody', async () => {
      await company.tell('departure.confirmed', jan, leavesNow(jan));
      await watch.become('access removed', jan, isCut);
      await company.tell('departure.confirmed', kai, leavesNow(kai));
      await watch.become('a step that waits', kai, waits);
      assert.equal(directory.isActive('kai'), true);
      const alerts = (await watch.alerts('budget.spent')).map(({ title }) => title);
      assert.ok(alerts.includes('Many accounts are being suspended in directory'));
    });

    it('keeps nobody waiting who leaves urgently', async () => {
      await company.tell('departure.confirmed', lia, urgent(lia));
      await watch.become('access removed', lia, isCut);
      assert.deepEqual([directory.isActive('lia'), directory.isActive('kai')], [false, true]);
    });

    it('keeps nobody waiting whom people released', async () => {
      const noa = people[14]!;
      await set({ departuresPerHour: 1 });
      await company.tell('departure.confirmed', noa, leavesNow(noa));
      const { case: held } = await watch.become('a case', noa, () => true);
      assert.equal(held.state, 'quarantined');
      await releaseCase(gatehouse.app, gatehouse.admin, held.id);
      await watch.become('access removed', noa, isCut);
      assert.deepEqual([directory.isActive('noa'), directory.isActive('kai')], [false, true]);
      await set({ departuresPerHour: 50 });
    });

    it('goes on with what waited once there is room again', async () => {
      await set({ suspensionsPerHour: 5 });
      const waiting = (await watch.caseOf(kai))!.steps.filter((it) => it.status === 'ready');
      const ids = waiting.map(({ id }) => id);
      await gatehouse.rows('update steps set wake_at = clock_timestamp() where id = any ($1)', ids);
      await gatehouse.rows('select wake_steps($1)', ids);
      await watch.become('access removed', kai, isCut);
      assert.equal(directory.isActive('kai'), false);
    });
  });

  describe('a system that is new', () => {
    const oda = people[15]!;
    const waits = ({ steps }: CaseWithSteps) =>
      steps.find((it) => it.connectionId === 'tools' && it.status === 'held');
    let tools: ScimSystem;

    before(async () => {
      tools = await company.addSystem('tools', 'code', { users: [account('Oda')], rehearse: true });
      await changeSetting(gatehouse.app, gatehouse.admin, 'guardrails', { departuresPerDay: 100 });
    });
    after(() =>
      changeSetting(gatehouse.app, gatehouse.admin, 'guardrails', { departuresPerDay: 8 }),
    );

    it('is read and planned for, says what it would do, and waits for a person', async () => {
      await company.tell('departure.confirmed', oda, urgent(oda));
      const step = waits(await watch.become('a step that is held', oda, (it) => !!waits(it)))!;
      assert.match(
        step.because!,
        /^Nothing was done: tools is new and only rehearses\. It would now: Deactivate the active account\. /,
      );
      await until('the others to act', () => directory.isActive('oda') === false);
      assert.deepEqual(tools.effects, []);
      assert.ok(tools.requests.every(({ method }) => method === 'GET'));
      const told = (await watch.alerts('step.held')).find((it) => it.body.includes('in tools: '));
      assert.match(told!.body, /gatehouse connection go-live tools/);

      await retryStep(gatehouse.app, gatehouse.admin, step.id);
      await watch.become('held once more', oda, (it) => (waits(it)?.version ?? 0) > step.version);
      assert.deepEqual(tools.effects, []);
    });

    it('acts on what has waited once somebody lets it, and the record says who', async () => {
      const before = waits((await watch.caseOf(oda))!)!;
      assert.deepEqual(await goLive(gatehouse.app, gatehouse.admin, 'tools'), { steps: 1 });
      const { steps } = await watch.become('access removed', oda, isCut);
      assert.equal(steps.find(({ id }) => id === before.id)?.grade, 'verified');
      assert.equal(tools.isActive('oda'), false);
      await assert.rejects(goLive(gatehouse.app, gatehouse.admin, 'tools'), /rehearses nothing/);

      await gatehouse.scribe.flush();
      const facts = await gatehouse.rows<{ actor: string; data: Record<string, unknown> }>(
        `select body -> 'actor' ->> 'id' as actor, body -> 'data' as data from ledger.event_ix
          where type = 'connection.changed' and body -> 'data' ->> 'connection' = 'tools' order by idx`,
      );
      assert.deepEqual(
        facts.map(({ data }) => data['change']),
        ['added', 'live'],
      );
      assert.ok(Date.parse(String(facts[0]!.data['rehearses_until'])) > Date.now());
      assert.equal(facts[1]!.actor, gatehouse.admin.user.id);
    });

    it('acts by itself on the day that each held step has named, and the record says so', async () => {
      const pia = people[16]!;
      const gate = await company.addSystem('gate', 'code', {
        users: [account('Pia')],
        rehearse: true,
      });
      const held = ({ steps }: CaseWithSteps) =>
        steps.find((it) => it.connectionId === 'gate' && it.status === 'held');
      await company.tell('departure.confirmed', pia, urgent(pia));
      const step = held(await watch.become('a step that is held', pia, (it) => !!held(it)))!;
      const [{ day } = { day: '' }] = await gatehouse.rows<{ day: string }>(
        `select to_char(rehearses_until at time zone 'UTC', 'YYYY-MM-DD') as day from connections where id = 'gate'`,
      );
      assert.ok(
        step.because!.includes(`or on ${day}, when its first days are over`),
        step.because!,
      );
      assert.deepEqual(gate.effects, []);

      await gatehouse.rows(`alter table connections disable trigger accounted`);
      await gatehouse.rows(`update connections set rehearses_until = now() where id = 'gate'`);
      await gatehouse.rows(`alter table connections enable trigger accounted`);

      const { steps } = await watch.become('access removed', pia, isCut);
      assert.equal(steps.find(({ id }) => id === step.id)?.grade, 'verified');
      await gatehouse.scribe.flush();
      const facts = await gatehouse.rows<{ type: string; actor: string }>(
        `select type, body -> 'actor' ->> 'kind' as actor from ledger.event_ix
          where type = 'step.retried' and body -> 'step' ->> 'id' = '${step.id}'
             or type = 'connection.changed' and body -> 'data' ->> 'connection' = 'gate'
                and body -> 'data' ->> 'change' = 'live'`,
      );
      assert.deepEqual(facts.map(({ type }) => type).toSorted(), [
        'connection.changed',
        'step.retried',
      ]);
      assert.ok(facts.every(({ actor }) => actor === 'system'));
    });

    it('is every one after the first day of an installation, where nobody says otherwise', async () => {
      const connector = gatehouse.app.connectors.get('scim')!;
      const seen = () => rehearsalOf(gatehouse.app.pool, connector, null);
      assert.deepEqual(await seen(), { days: 7, byDefault: false });
      await gatehouse.rows(`update installation set created_at = created_at - interval '25 hours'`);
      assert.deepEqual(await seen(), { days: 7, byDefault: true });
      await gatehouse.rows(`update installation set created_at = created_at + interval '25 hours'`);
      const mail = gatehouse.app.connectors.get('mail')!;
      assert.equal(await rehearsalOf(gatehouse.app.pool, mail, null), null, 'it changes nothing');
      const set = (rehearsalDays: number) =>
        changeSetting(gatehouse.app, gatehouse.admin, 'guardrails', { rehearsalDays });
      await set(0);
      assert.equal(await seen(), null);
      await set(7);
    });
  });

  describe('the kill switch', () => {
    let second: Caller;

    it('ends what is under way; nobody knows what that did until the system is read again', async () => {
      const mia = people[13]!;
      const writes = () => callsAbout('mia').filter(({ method }) => method !== 'GET');
      // It is carried out, and answered long after anybody still waits for it.
      Object.assign(directory, {
        behaviour: 'slow',
        affects: (method: string, path: string) => method !== 'GET' && path.includes('mia'),
      });
      await company.tell('departure.confirmed', mia, urgent(mia));
      const { id } = (await watch.become('a case', mia, () => true)).case;
      await releaseCase(gatehouse.app, gatehouse.admin, id);
      await until('a call to be under way', () => writes().length > 0);

      await stopEverything(gatehouse.app, gatehouse.admin, 'While it is under way.');
      const ended = await until('it to be stated that nobody knows', async () => {
        await gatehouse.scribe.flush();
        const [found] = await gatehouse.rows<{ inTime: boolean }>(
          `select u.at < (i.body -> 'data' ->> 'deadline')::timestamptz as "inTime"
             from ledger.event_ix u
             join ledger.event_ix i on i.body -> 'step' = u.body -> 'step' and i.type = 'step.intended'
            where u.type = 'step.unknown' and u.case_id = $1`,
          id,
        );
        return found;
      });
      assert.equal(ended.inTime, true, 'long before anybody would have ceased to wait');
      const before = writes().length;
      await watch.quiet();
      assert.equal(writes().length, before);

      Object.assign(directory, { behaviour: 'normal', affects: () => true });
      assert.equal((await resumeEverything(gatehouse.app, gatehouse.admin)).resumed, true);
      await watch.become('access removed', mia, isCut);
      assert.equal(directory.done().filter((it) => it.startsWith('mia ')).length, 1, 'once');
    });

    it('stops every outgoing change, while reading and planning go on', async () => {
      await stopEverything(gatehouse.app, gatehouse.admin, 'Something looks wrong.');
      const ida = people[8]!;
      await releaseCase(gatehouse.app, gatehouse.admin, (await watch.caseOf(ida))!.case.id);
      await watch.become('a plan', ida, isPlanned);
      const before = callsAbout('ida').length;
      await until('more readings', () => callsAbout('ida').length > before);

      assert.ok(callsAbout('ida').every((it) => it.method === 'GET'));
      const { case: found, steps } = (await watch.caseOf(ida))!;
      assert.equal(found.containmentAt, null);
      assert.ok(steps.every((it) => it.planDigest === null));
      assert.equal(directory.isActive('ida'), true);
    });

    it('needs two people to go on, where there are two who may', async () => {
      second = await addUser('Sven', 'security');
      const first = await resumeEverything(gatehouse.app, gatehouse.admin);
      assert.equal(first.resumed, false);
      const again = await resumeEverything(gatehouse.app, gatehouse.admin);
      assert.equal(again.resumed, false, 'one person twice is one person');
      assert.notEqual((await showSwitch(gatehouse.app, second)).stoppedAt, null);
      assert.equal(directory.isActive('ida'), true);

      assert.equal((await resumeEverything(gatehouse.app, second)).resumed, true);
      await watch.become('access removed', people[8]!, isCut);
      assert.equal(directory.isActive('ida'), false);
      assert.equal(wiki.isActive('ida'), false);
    });

    it('is not needed where the record is not the one that was signed: no step acts, and people are told', async () => {
      const { admin } = gatehouse.database.pools;
      await admin.query(`insert into ledger.fork (because) values ('It was put back.')`);
      const ulf = people[9]!;
      await company.tell('departure.confirmed', ulf, urgent(ulf));
      const { id } = (await watch.become('a case', ulf, () => true)).case;
      const noted = await releaseCase(gatehouse.app, gatehouse.admin, id);
      assert.match(noted.detail, /second person/);
      await releaseCase(gatehouse.app, second, id);
      await watch.become('a plan', ulf, isPlanned);
      await until(
        'people to be told',
        async () => (await watch.alerts('record.forked')).length > 0,
      );
      const before = callsAbout('ulf').length;
      await until('more readings', () => callsAbout('ulf').length > before);
      assert.equal(directory.isActive('ulf'), true);

      await gatehouse.scribe.stop();
      await admin.query('delete from ledger.fork');
      gatehouse.restartScribe();
      await watch.become('access removed', ulf, isCut);
      assert.equal(directory.isActive('ulf'), false);
    });

    it('leaves a record in which everything holds together', async () => {
      await checkInvariants(gatehouse, {
        effects: [...directory.effects, ...wiki.effects.map((it) => ({ ...it, id: `w ${it.id}` }))],
      });
    });
  });
});
