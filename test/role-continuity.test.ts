import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bringBack, type CaseWithSteps, cancelCase, changeDates } from '#app/cases.ts';
import { previewPlan } from '#app/plans.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { retryStep } from '#app/steps.ts';
import { nameSuccessor, successorIn } from '#app/successors.ts';
import { createUser } from '#app/users.ts';
import {
  groupDn,
  groupEntry,
  personDn,
  type Slapd,
  startSlapd,
} from '../practice/servers/slapd.ts';
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

const priya = person('E-1', 'Priya Nair');
const tom = person('E-2', 'Tom Tamm');
const kim = person('E-3', 'Kim Kay', { manager_id: 'E-1' });
const noa = person('E-4', 'Noa Nash');
const max = person('E-5', 'Max Moor', { manager_id: 'E-99' });
const everybody = [priya, tom, kim, noa, max];
const mona = 'mona@meadow.example';
const uidOf = (who: { email: string }) => who.email.split('@')[0]!;

const planned = `
playbook: planned-departure
title: Planned departure
for: departure
applies when: { all: [{ field: departure.kind, is: resignation }] }
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
  - id: hand-over
    layer: operations
    do: ownership.transfer
    on: { connection: directory }
    with: { to: successor }
    at: confirmed
`;

/** Hands nothing over, so that a person has to be asked. */
const urgent = `
playbook: involuntary-departure
title: Involuntary departure
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
`;

/** The steps that one step of the playbook became, or those that planning added under this name. */
const stepsOf = ({ steps }: CaseWithSteps, start: string) =>
  steps.filter(({ key, undoOf }) => undoOf === null && key.startsWith(start));
const inDirectory = (it: CaseWithSteps, id: string) => stepsOf(it, `${id}@directory:`)[0];

describe('what somebody leaves behind', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let slapd: Slapd;
  let apps: ScimSystem;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const people = [...everybody, { name: 'Mona Manager', email: mona }];
    slapd = await startSlapd({
      people: people.map((it) => ({
        ...{ uid: uidOf(it), name: it.name, mail: it.email, password: 'secret' },
      })),
    });
    for (const [name, owner] of [
      ['sales', [priya]],
      ['everybody', [priya, tom]],
      ['noas', [noa]],
      ['maxs', [max]],
    ] as const) {
      const group = groupEntry({ name, members: ['else'] });
      const owners = owner.map((it) => personDn(uidOf(it)));
      await slapd.add([{ ...group, attributes: { ...group.attributes, owner: owners } }]);
    }
    await connectDirectory('directory', slapd.bindDn, slapd.password);
    apps = await company.addSystem('apps', 'collaboration', {
      users: everybody.map((it) => account(it.name)),
    });
    for (const text of [planned, urgent]) {
      const { playbook } = await importPlaybook(gatehouse.app, gatehouse.admin, text);
      await publishPlaybook(gatehouse.app, gatehouse.admin, playbook.id);
    }
    for (const who of everybody) await company.tell('role.changed', who, null);
    await watch.heard();
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
    await slapd.stop();
  });

  const connectDirectory = (id: string, bindDn: string, password: string) =>
    gatehouse.connect(
      {
        id,
        name: 'Directory',
        connector: 'ldap',
        category: 'identity',
        ca: slapd.caPem,
        owner: { name: 'Priya Nair', email: priya.email },
        settings: {
          servers: [slapd.ldapsUrl],
          bindDn,
          password,
          peopleBases: [slapd.peopleDn],
          groupBases: [slapd.groupsDn],
          passwordPolicy: slapd.policyDn,
        },
      },
      [Number(new URL(slapd.ldapsUrl).port)],
    );
  const ownersOf = async (group: string) => {
    const [entry] = await slapd.search('(objectClass=*)', ['owner'], groupDn(group));
    return [...(entry?.attributes['owner'] ?? [])].sort();
  };
  const dnsOf = (...people: { email: string }[]) => people.map((it) => personDn(uidOf(it))).sort();
  const resignation = (who: { id: string }, more: object = {}) => ({
    ...{ id: `S-${who.id}`, kind: 'resignation', last_working_day: '2031-06-30' },
    ...more,
  });

  it('is shown before anything happens', async () => {
    const shown = (await previewPlan(gatehouse.app, gatehouse.admin, {
      person: priya.id,
      departure: {
        ...{ kind: 'resignation', urgent: false, confidential: false, accessEnds: null },
        ...{ lastWorkingDay: '2031-06-30', employmentEnds: null, payEnds: null, reason: null },
      },
    })) as { steps: { key: string; params: object }[]; text: string[] };

    const handOver = shown.steps.find(({ key }) => key.startsWith('hand-over@directory:'));
    assert.deepEqual(handOver?.params, { to: mona }, 'the manager takes over');
    const text = shown.text.join('\n');
    assert.match(text, /Give the connection Directory another owner/);
    assert.match(text, /Name a new manager for 1 person/);
    assert.doesNotMatch(text, /alone owns/, 'a step hands that over');
  });

  it('goes to the successor before the cut, is read back, and comes back with the person', async () => {
    await company.tell('departure.confirmed', priya, resignation(priya, { successor_id: 'E-2' }));
    const handed = await watch.become(
      'the hand-over',
      priya,
      (it) => inDirectory(it, 'hand-over')?.grade === 'verified',
    );
    assert.equal(handed.case.containmentAt, null, 'nothing was cut yet');
    assert.equal(handed.case.state, 'scheduled');
    assert.deepEqual(await ownersOf('sales'), dnsOf(tom));
    assert.deepEqual(await ownersOf('everybody'), dnsOf(tom));
    const { before: was, afterState } = inDirectory(handed, 'hand-over')!;
    assert.match(JSON.stringify(was), /"owners":\["uid=priya,/);
    assert.match(JSON.stringify(afterState), /"owners":\["uid=tom,/);
    assert.deepEqual(await successorIn(gatehouse.app, handed.case), {
      ...{ personId: 'E-2', name: tom.name, email: tom.email, isNamed: true },
    });

    const tasks = stepsOf(handed, '').filter((it) => it.playbookStep === 'continuity');
    assert.deepEqual(tasks.map(({ key }) => key).sort(), [
      'connection-owner:directory',
      'direct-reports',
    ]);

    await changeDates(gatehouse.app, gatehouse.admin, handed.case.id, { urgent: true });
    await watch.become('the cut', priya, (it) =>
      stepsOf(it, 'block@').every(({ grade }) => grade === 'verified'),
    );
    await cancelCase(gatehouse.app, gatehouse.admin, handed.case.id);
    const back = await watch.become(
      'a way back',
      priya,
      ({ case: it }) => it.direction === 'back' && it.planDigest !== null,
    );
    await bringBack(gatehouse.app, gatehouse.admin, back.case.id, back.case.planDigest!);
    await watch.become('the end', priya, ({ case: it }) => it.state === 'brought-back');
    assert.deepEqual(await ownersOf('sales'), dnsOf(priya));
    assert.deepEqual(await ownersOf('everybody'), dnsOf(priya, tom));
    assert.equal(apps.isActive('priya'), true);
  });

  it('never keeps access open in an urgent departure, and becomes a task beside the cut', async () => {
    const departure = resignation(noa, { kind: 'involuntary', urgent: true });
    await company.tell('departure.confirmed', noa, departure);
    const cut = await watch.become(
      'the cut, and the task',
      noa,
      (it) => it.case.accessRemovedAt !== null && stepsOf(it, 'sole-owner:').length === 1,
    );
    const [lookedUp] = stepsOf(cut, 'lookup-owned:directory:');
    assert.equal(lookedUp?.grade, 'verified');
    assert.match(lookedUp?.because ?? '', /Owns 1, 1 alone/);
    const task = stepsOf(cut, 'sole-owner:')[0]!;
    assert.match(task.task?.instructions ?? '', /noas \(group\).*Mona Manager/);
    assert.ok(cut.steps.every(({ after }) => !after.includes(task.id)));
    assert.ok(!stepsOf(cut, 'block').some(({ after }) => after.includes(lookedUp!.id)));
    await company.mail.waitFor(
      (it) => it.to.includes(priya.email) && /alone owns in Directory/.test(it.subject),
    );
  });

  it('waits where nobody is known who takes over, until somebody is named', async () => {
    await company.tell('departure.confirmed', max, resignation(max));
    const held = await watch.become(
      'help',
      max,
      (it) => inDirectory(it, 'hand-over')?.status === 'held',
    );
    assert.match(inDirectory(held, 'hand-over')?.because ?? '', /successor, and nobody is known/);
    assert.ok(
      held.case.planNotes.some((it) => /names the successor, and nobody is known/.test(it)),
    );
    assert.deepEqual(await ownersOf('maxs'), dnsOf(max));

    await nameSuccessor(gatehouse.app, gatehouse.admin, held.case.id, 'E-3');
    await retryStep(gatehouse.app, gatehouse.admin, inDirectory(held, 'hand-over')!.id);
    await watch.become(
      'the hand-over',
      max,
      (it) => inDirectory(it, 'hand-over')?.grade === 'verified',
    );
    assert.deepEqual(await ownersOf('maxs'), dnsOf(kim));
  });

  it('goes only to somebody known who stays, and only those may say so who should', async () => {
    const { case: it } = (await watch.caseOf(max))!;
    const name = (who: string | null, caller = gatehouse.admin) =>
      nameSuccessor(gatehouse.app, caller, it.id, who);
    await assert.rejects(name(max.id), /Nobody takes over from themself/);
    await assert.rejects(name('E-404'), /Nobody with the HR id E-404 is known/);
    await assert.rejects(name(noa.id), /Noa Nash leaves as well/);

    const user = await createUser(gatehouse.app, {
      ...{ name: 'Mona', email: mona, roles: ['manager'] },
    });
    const manager = { user, actor: { kind: 'person', id: user.id, auth: 'token' } } as const;
    await assert.rejects(name(tom.id, manager), /There is no departure/, 'not her report');
    await company.tell('departure.confirmed', tom, resignation(tom));
    const toms = await watch.become('a plan', tom, isPlanned);
    await nameSuccessor(gatehouse.app, manager, toms.case.id, kim.id);
    const replanned = await watch.become(
      'another receiver',
      tom,
      (found) => isPlanned(found) && inDirectory(found, 'hand-over') !== undefined,
    );
    assert.equal((await successorIn(gatehouse.app, replanned.case))?.personId, kim.id);
  });

  it('includes the connections of Gatehouse that act with an account of the person', async () => {
    await connectDirectory('legacy', personDn('tom'), 'secret');
    const shown = (await previewPlan(gatehouse.app, gatehouse.admin, {
      person: tom.id,
      departure: {
        ...{ kind: 'resignation', urgent: false, confidential: false, accessEnds: null },
        ...{ lastWorkingDay: '2031-06-30', employmentEnds: null, payEnds: null, reason: null },
      },
    })) as { steps: { key: string }[]; notes: string[] };
    assert.ok(shown.steps.some(({ key }) => key === 'connection-credential:legacy'));
    assert.match(shown.notes.join(), /Gatehouse signs in to Directory with an account of Tom Tamm/);
  });

  it('comes out right in the record', async () => {
    await watch.quiet();
    await checkInvariants(gatehouse);
    const named = await gatehouse.rows<{ count: number }>(
      `select count(*)::int as count from successors`,
    );
    assert.equal(named[0]?.count, 3);
  });
});
