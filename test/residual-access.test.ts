import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '#app/app.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import {
  listResidualAccess,
  mendResidualAccess,
  requestSweep,
  showSweeps,
} from '#app/residual-access.ts';
import { attestStep } from '#app/steps.ts';
import { createUser } from '#app/users.ts';
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
`;

const priya = person('E-1', 'Priya Nair');
const noor = person('E-2', 'Noor Haddad');
const sam = person('E-3', 'Sam Works');
const dismissal = (id: string, more: object = {}) => ({
  ...{ id, kind: 'involuntary', last_working_day: '2026-01-01', urgent: true },
  ...more,
});

let gatehouse: TestGatehouse;
let company: Company;
let directory: ScimSystem;
let archive: ScimSystem;
let watch: ReturnType<typeof watching>;

const isComplete = (it: { case: { state: string } }) => it.case.state === 'complete';
const isActive = (system: ScimSystem, id: string, active: boolean) =>
  system.users.set(id, { ...directory.users.get(id)!, id, active });

/** Every connection has been asked, and what there is now. */
async function swept(caller = gatehouse.admin) {
  const { app, admin } = gatehouse;
  await requestSweep(app, admin, null);
  await until(
    'the sweeps',
    async () => (await showSweeps(app, admin)).every(({ isUnderWay }) => !isUnderWay),
    { seen: () => showSweeps(app, admin) },
  );
  return findings(caller);
}
const findings = async (caller: Caller = gatehouse.admin) => {
  const all = { kind: null, connectionId: null, limit: 100 };
  const found = await listResidualAccess(gatehouse.app, caller, all);
  return found.map(({ kind, connectionId, login, name }) => ({ kind, connectionId, login, name }));
};
const idOf = async (connectionId: string) => {
  const all = { kind: null, connectionId, limit: 100 };
  return (await listResidualAccess(gatehouse.app, gatehouse.admin, all))[0]!.id;
};

describe('a sweep for residual access', () => {
  before(async () => {
    gatehouse = await startGatehouse();
    const { app, admin } = gatehouse;
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const { playbook: made } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, made.id);
    const users = [account('Priya Nair'), account('Noor Haddad'), account('Sam Works')];
    directory = await company.addSystem('directory', 'identity', { users });
    archive = await company.addSystem('archive', 'other');
    await company.tell('role.changed', sam, null);
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  it('finds nobody while those who left have no account that can be used', async () => {
    await company.tell('departure.confirmed', priya, dismissal('S-1'));
    await company.tell('departure.confirmed', noor, dismissal('S-2', { confidential: true }));
    await watch.become('the end', priya, isComplete);
    await watch.become('the end', noor, isComplete);

    assert.deepEqual(await swept(), []);
    const [archived, listed] = await showSweeps(gatehouse.app, gatehouse.admin);
    assert.deepEqual([archived!.accounts, listed!.accounts, listed!.residual], [0, 1, 0]);
  });

  it('finds who can get in again, tells of it once for each connection, and tells apart who is nobody', async () => {
    isActive(directory, 'priya', true);
    isActive(directory, 'noor', true);
    directory.users.set('robot', { id: 'robot', userName: 'robot', active: true });

    const found = await swept();

    const residual = { kind: 'residual', connectionId: 'directory' };
    assert.deepEqual(
      found.toSorted((a, b) => (a.login < b.login ? -1 : 1)),
      [
        { ...residual, login: 'noor@meadow.example', name: 'Noor Haddad' },
        { ...residual, login: 'priya@meadow.example', name: 'Priya Nair' },
        { kind: 'ghost', connectionId: 'directory', login: 'robot', name: null },
      ],
    );
    const [alert, ...others] = await watch.alerts('access.residual');
    assert.equal(others.length, 0);
    assert.match(alert!.body, /Accounts in directory .*: 2\./);
    assert.doesNotMatch(alert!.body, /priya|noor/i);
    const told = await company.mail.waitFor((mail) => mail.subject.includes('still has access'));
    assert.deepEqual(told.to, ['dana@meadow.example']);

    await swept();
    await gatehouse.scribe.flush();
    const facts = await gatehouse.rows<{ count: number }>(
      `select count(*)::int as count from ledger.event_ix where type = 'access.found'`,
    );
    assert.equal(facts[0]?.count, 2, 'found once each');
  });

  it('shows nothing of a confidential departure to who may not know of it', async () => {
    const user = await createUser(gatehouse.app, {
      ...{ name: 'Ola Operator', email: 'ola@meadow.example', roles: ['it-operator'] },
    });
    const ola: Caller = { user, actor: { kind: 'person', id: user.id, auth: 'token' } };

    const seen = await findings(ola);

    assert.deepEqual(seen.map(({ login }) => login).toSorted(), ['priya@meadow.example', 'robot']);
    const all = { kind: null, connectionId: null, limit: 100 };
    const [hidden] = (await listResidualAccess(gatehouse.app, gatehouse.admin, all)).filter(
      ({ name }) => name === 'Noor Haddad',
    );
    await assert.rejects(mendResidualAccess(gatehouse.app, ola, hidden!.id), /There is no finding/);
  });

  it('has the departure end what was found: its step opens again, and the alert ends with the next sweep', async () => {
    const { app, admin } = gatehouse;
    const all = { kind: 'residual' as const, connectionId: null, limit: 100 };
    for (const { id } of await listResidualAccess(app, admin, all)) {
      assert.match(await mendResidualAccess(app, admin, id), /is open again in the departure/);
    }
    for (const who of [priya, noor]) {
      await watch.become('the end once more', who, isComplete);
    }
    assert.deepEqual([directory.isActive('priya'), directory.isActive('noor')], [false, false]);

    assert.deepEqual(
      (await swept()).map(({ kind }) => kind),
      ['ghost'],
    );
    assert.deepEqual(await watch.alerts('access.residual'), []);
    await assert.rejects(mendResidualAccess(app, admin, await idOf('directory')), /whose account/);
  });

  it('finds an account that the plan did not know, and has it planned', async () => {
    isActive(archive, 'priya', true);
    assert.deepEqual(
      (await swept()).filter(({ connectionId }) => connectionId === 'archive'),
      [
        {
          ...{ kind: 'residual', connectionId: 'archive' },
          ...{ login: 'priya@meadow.example', name: 'Priya Nair' },
        },
      ],
    );

    const { app, admin } = gatehouse;
    assert.match(await mendResidualAccess(app, admin, await idOf('archive')), /goes into the plan/);
    const open = await watch.become(
      'a gap',
      priya,
      (found) => stepOf(found, 'gap:archive:priya')?.status === 'held',
    );
    assert.equal(open.case.state, 'running');
    assert.deepEqual(
      (await swept()).map(({ kind }) => kind),
      ['ghost'],
      'an open step covers it',
    );

    const gap = stepOf(open, 'gap:archive:priya')!.id;
    await attestStep(app, admin, gap, { reason: 'Closed by hand.', proof: 'T-1' });
    await watch.become('the end', priya, isComplete);
    const [again] = (await swept()).filter(({ kind }) => kind === 'residual');
    assert.equal(again?.connectionId, 'archive', 'somebody’s word does not close an account');
    await mendResidualAccess(app, admin, await idOf('archive'));
    await watch.become(
      'it asks once more',
      priya,
      (it) => stepOf(it, 'gap:archive:priya')?.status === 'held',
    );
    isActive(archive, 'priya', false);
    await attestStep(app, admin, gap, { reason: 'Closed at last.', proof: 'T-2' });
    await watch.become('the end', priya, isComplete);
  });

  it('says which connection could not be asked, and asks somebody to mend it', async () => {
    directory.behaviour = { status: 403, body: 'no' };
    await requestSweep(gatehouse.app, gatehouse.admin, 'directory');
    const failed = await until('a failed sweep', async () =>
      (await showSweeps(gatehouse.app, gatehouse.admin)).find(({ failure }) => failure !== null),
    );
    assert.equal(failed.connectionId, 'directory');
    await until('an alert', async () => (await watch.alerts('access.unchecked')).length === 1);
    directory.behaviour = 'normal';
    await swept();
    assert.deepEqual(await watch.alerts('access.unchecked'), []);
    await assert.rejects(
      requestSweep(gatehouse.app, gatehouse.admin, 'post'),
      /no accounts there that let somebody in/,
    );
  });

  it('is about nobody who works here again', async () => {
    await company.tell('arrival.confirmed', { ...priya, employment_id: '2' }, null, {
      arrival: { id: 'A-1', start_day: '2026-02-01' },
    });
    await watch.heard();
    isActive(directory, 'priya', true);
    assert.deepEqual(
      (await swept()).map(({ kind }) => kind),
      ['ghost'],
    );
    await checkInvariants(gatehouse);
  });
});
