import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  bringBack,
  type CaseWithSteps,
  cancelCase,
  changeDates,
  requestCase,
  resumeCase,
} from '#app/cases.ts';
import { until } from '#core/testing/until.ts';
import {
  account,
  type Company,
  emailOf,
  houseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { isPlanned, stepOf, watching } from './support/watch.ts';

const names = ['Priya', 'Lea', 'Tom', 'Kim', 'Ola', 'Ivo', 'Eva', 'Noa', 'Max'];
const [priya, lea, tom, kim, ola, ivo, eva, noa, max] = names.map((name, i) =>
  person(`E-10${i}`, `${name} Nair`),
) as Record<number, ReturnType<typeof person>> as unknown as ReturnType<typeof person>[];

const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const planned = (who: { id: string }, days = 14) => ({
  id: `S-${who.id}`,
  kind: 'resignation',
  last_working_day: inDays(days),
});
const urgent = (who: { id: string }) => ({ ...planned(who, 0), kind: 'involuntary', urgent: true });

let gatehouse: TestGatehouse;
let company: Company;
let directory: ScimSystem;
let wiki: ScimSystem;
let watch: ReturnType<typeof watching>;

const isCut = ({ case: it }: CaseWithSteps) => it.accessRemovedAt !== null;
const hasLeftGroups = (it: CaseWithSteps) =>
  it.steps.filter((step) => step.playbookStep === 'leave-groups').every((step) => step.grade);
const isBackPlanned = ({ case: it }: CaseWithSteps) =>
  it.direction === 'back' && it.state === 'waiting-for-approval' && it.planDigest !== null;
const isBack = ({ case: it }: CaseWithSteps) => it.state === 'brought-back';

async function cut(who: ReturnType<typeof person>): Promise<CaseWithSteps> {
  await company.tell('departure.confirmed', who, urgent(who));
  return watch.become('access removed', who, (it) => isCut(it) && hasLeftGroups(it));
}
const take = (who: ReturnType<typeof person>) =>
  company.tell('departure.rescinded', who, urgent(who));
const goBack = (id: string, digest: string) =>
  bringBack(gatehouse.app, gatehouse.admin, id, digest);

describe('taking back', () => {
  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    await house.set('guardrails', {
      departuresPerHour: 100,
      departuresPerDay: 100,
      groupAtLeast: 100,
    });
    const users = names.map(account);
    const ids = users.map((it) => it.id!);
    const groups = [
      { id: 'sales', displayName: 'Sales', members: ids },
      { id: 'tea', displayName: 'Tea', members: ['priya', 'lea'] },
      { id: 'chess', displayName: 'Chess', members: [] },
    ];
    directory = await company.addSystem('directory', 'identity', { users, groups });
    const settings = { suspendingEndsSessions: true };
    wiki = await company.addSystem('wiki', 'collaboration', { users, settings });
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  describe('a departure that is taken back before anything was cut', () => {
    it('is cancelled, with nothing done in any system', async () => {
      await company.tell('departure.confirmed', priya!, planned(priya!));
      await watch.become('tasks', priya!, (it) => stepOf(it, 'hand-over-work')?.assignment != null);

      await company.tell('departure.rescinded', priya!, planned(priya!));
      const ended = await watch.become(
        'the end',
        priya!,
        ({ case: it }) => it.state === 'cancelled',
      );
      await watch.quiet();

      await company.mail.waitFor(
        (it) =>
          it.to.includes(emailOf('Mona Manager')) &&
          it.subject === 'Gatehouse: No longer needed: Plan the hand-over of Priya Nair',
      );
      assert.equal(ended.case.containmentAt, null);
      assert.deepEqual([...directory.done(), ...wiki.done()], []);
      for (const { requests } of [directory, wiki]) {
        assert.ok(requests.every(({ method }) => method === 'GET'));
      }
    });

    it('and confirmed again is a new departure', async () => {
      const before = (await watch.caseOf(priya!))!.case.id;
      await company.tell('departure.confirmed', priya!, planned(priya!, 20));

      const again = await watch.become('a new one', priya!, (it) => it.case.id !== before);
      assert.equal(again.case.lastWorkingDay, inDays(20));
      await cancelCase(gatehouse.app, gatehouse.admin, again.case.id);
      assert.equal((await watch.caseOf(priya!))!.case.state, 'cancelled');
    });
  });

  describe('a departure that is taken back after access was cut', () => {
    it('waits for a person with a plan for the way back, and lists what cannot be undone', async () => {
      const forward = await cut(lea!);
      assert.deepEqual(directory.groupsOf('lea'), []);
      const tokens = stepOf(forward, 'end-access-keys');
      assert.equal(tokens?.grade, 'absent');

      await take(lea!);
      const back = await watch.become('a way back', lea!, isBackPlanned);
      await watch.quiet();

      assert.equal(directory.isActive('lea'), false, 'nothing happens before a person says so');
      const undo = back.steps.filter((step) => step.undoOf !== null).map((step) => step.key);
      assert.deepEqual(undo.toSorted(), [
        'undo:block-accounts@wiki:lea',
        'undo:block-sign-in@directory:lea',
        'undo:leave-groups@directory:lea',
      ]);
      const alerts = await watch.alerts('case.question');
      assert.deepEqual(
        alerts.map((it) => it.case_id),
        [back.case.id],
      );
      const notes = back.case.planNotes.join(' ');
      assert.match(notes, /“Sign out everywhere” \(lea@meadow.example\) cannot be undone/);
    });

    it('refuses to go back by another plan than the one that was shown', async () => {
      const { case: it } = (await watch.caseOf(lea!))!;
      await assert.rejects(goBack(it.id, `${'A'.repeat(43)}`), /changed/);
      assert.equal((await watch.caseOf(lea!))!.case.state, 'waiting-for-approval');
    });

    it('restores exactly what was there: status, and the groups that were left', async () => {
      // Joined since, by somebody else: not ours to touch.
      directory.groups.set('chess', { id: 'chess', displayName: 'Chess', members: ['lea'] });
      const { case: it } = (await watch.caseOf(lea!))!;
      await goBack(it.id, it.planDigest!);

      const ended = await watch.become('brought back', lea!, isBack);
      assert.equal(directory.isActive('lea'), true);
      assert.equal(wiki.isActive('lea'), true);
      assert.deepEqual(directory.groupsOf('lea').toSorted(), ['chess', 'sales', 'tea']);
      assert.deepEqual(await watch.alerts('case.question'), []);
      const undone = ended.steps.filter((step) => step.undoOf !== null);
      assert.ok(undone.every((step) => step.grade === 'verified'));
      assert.equal(wiki.done().filter((it) => it === 'lea activated').length, 1);
    });

    it('leaves as it is what it found blocked before', async () => {
      wiki.users.set('tom', { ...wiki.users.get('tom')!, active: false });
      await cut(tom!);
      await take(tom!);
      const { case: it } = await watch.become('a way back', tom!, isBackPlanned);
      await goBack(it.id, it.planDigest!);
      await watch.become('brought back', tom!, isBack);

      assert.equal(directory.isActive('tom'), true);
      assert.equal(wiki.isActive('tom'), false);
    });

    it('undoes a call that was under way when it was taken back', async () => {
      wiki.latencyMs = 200;
      await company.tell('departure.confirmed', kim!, urgent(kim!));
      await until('a change under way', () =>
        wiki.requests.some(({ method, path, status }) => {
          return method === 'PATCH' && path.includes('kim') && status === null;
        }),
      );
      await take(kim!);
      const { case: it } = await watch.become('a way back', kim!, isBackPlanned);
      await goBack(it.id, it.planDigest!);
      const ended = await watch.become('brought back', kim!, isBack);
      wiki.latencyMs = 0;

      assert.equal(wiki.isActive('kim'), true);
      assert.equal(directory.isActive('kim'), true);
      assert.deepEqual(directory.groupsOf('kim'), ['sales']);
      assert.deepEqual(
        wiki.done().filter((it) => it.startsWith('kim')),
        ['kim suspended', 'kim activated'],
      );
      assert.equal(stepOf(ended, 'undo:block-accounts@wiki:kim')?.grade, 'verified');
    });

    it('asks a person when it is confirmed once more', async () => {
      await cut(ola!);
      await take(ola!);
      await watch.become('a way back', ola!, isBackPlanned);
      await company.tell('departure.confirmed', ola!, urgent(ola!));
      await watch.heard();

      assert.equal((await watch.caseOf(ola!))!.case.direction, 'back');
      const bodies = (await watch.alerts('intake.question')).map((it) => it.body);
      assert.ok(bodies.some((it) => it.includes('is now confirmed again')));
    });
  });

  describe('a last day that moves after access was cut', () => {
    it('to a later one is a question, and going on is one answer', async () => {
      await cut(ivo!);
      await company.tell('departure.changed', ivo!, planned(ivo!, 30));
      const asked = await watch.become('a question', ivo!, ({ case: it }) => it.question !== null);

      assert.equal(asked.case.state, 'paused');
      assert.match(asked.case.question!, /now it ends later/);
      assert.equal((await alertsAbout(asked)).length, 1);
      await resumeCase(gatehouse.app, gatehouse.admin, asked.case.id);
      const going = await watch.become('going on', ivo!, (it) => isPlanned(it));
      assert.equal(going.case.question, null);
      assert.equal(going.case.state, 'running', 'on the new last day we look once more');
      assert.equal(stepOf(going, 'lookup-at-cut:wiki')?.status, 'ready');
      assert.equal((await alertsAbout(asked)).length, 0);
      assert.equal(directory.isActive('ivo'), false);
    });

    it('and bringing the person back until then is the other', async () => {
      await cut(eva!);
      await company.tell('departure.changed', eva!, planned(eva!, 30));
      const asked = await watch.become('a question', eva!, ({ case: it }) => it.question !== null);
      await cancelCase(gatehouse.app, gatehouse.admin, asked.case.id);
      const { case: it } = await watch.become('a way back', eva!, isBackPlanned);
      await goBack(it.id, it.planDigest!);
      await watch.become('brought back', eva!, isBack);
      assert.equal(directory.isActive('eva'), true);

      await company.tell('departure.confirmed', eva!, planned(eva!, 30));
      const again = await watch.become('a new one', eva!, (other) => other.case.id !== it.id);
      assert.equal(again.case.lastWorkingDay, inDays(30));
    });

    const alertsAbout = async ({ case: it }: CaseWithSteps) =>
      (await watch.alerts('intake.question')).filter((alert) => alert.case_id === it.id);
  });

  describe('somebody who leaves', () => {
    it('and has a new employment is a question, while the old one goes on ending', async () => {
      await company.tell('departure.confirmed', noa!, planned(noa!));
      const leaving = await watch.become('a plan', noa!, isPlanned);
      const again = { ...noa!, employment_id: '2', start_date: inDays(40) };
      await company.tell('arrival.confirmed', again, null);
      await watch.heard();

      const rehire = (await watch.alerts('intake.question')).filter(
        (alert) => alert.case_id === leaving.case.id,
      );
      assert.match(rehire[0]!.body, /another employment/);
      assert.equal((await houseOf(gatehouse).show(leaving.case.id)).case.state, 'scheduled');
    });

    it('by request of a person takes the same way', async () => {
      await company.tell('role.changed', max!, null);
      await watch.heard();
      const departure = {
        ...{ kind: 'resignation' as const, urgent: false, confidential: false, reason: null },
        ...{ accessEnds: null, lastWorkingDay: inDays(5), employmentEnds: null, payEnds: null },
      };
      const asked = { personId: max!.id, departure };
      const answer = await requestCase(gatehouse.app, gatehouse.admin, asked);
      assert.equal(answer.detail, 'departure opened');

      await changeDates(gatehouse.app, gatehouse.admin, answer.caseId!, {
        lastWorkingDay: inDays(8),
      });
      const moved = await watch.become('the new day', max!, isPlanned);
      assert.equal(moved.case.lastWorkingDay, inDays(8));
      const again = await requestCase(gatehouse.app, gatehouse.admin, {
        ...asked,
        departure: { ...departure, lastWorkingDay: inDays(8) },
      });
      assert.equal(again.detail, 'the same facts again');
      assert.equal(again.caseId, answer.caseId);
    });

    it('leaves a record in which everything holds together', async () => {
      await watch.quiet();
      await checkInvariants(gatehouse);
      assert.ok(company.mail.messages.every((it) => !it.subject.includes(emailOf('Lea'))));
    });
  });
});
