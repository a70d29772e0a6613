import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { requestEvidence, showEvidence, takeEvidence } from '#app/evidence.ts';
import { importPeople } from '#app/people.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { createToken, createUser } from '#app/users.ts';
import { makeAuthority } from '#connector-kit/testing/certificate.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { ldap } from '#connectors/ldap/index.ts';
import { leaveGroups } from '#connectors/ldap/leave-groups.ts';
import { suspendAccount } from '#connectors/ldap/suspend-account.ts';
import { openRadius } from '#connectors/radius/api.ts';
import { attributesOf, startFakeNas } from '#connectors/radius/fake-nas.ts';
import { revokeSessions } from '#connectors/radius/revoke-sessions.ts';
import { settings as Settings } from '#connectors/radius/settings.ts';
import {
  accountingHost,
  startAccounting,
  startTlsLine,
} from '#connectors/radius/test-accounting.ts';
import { checkEvidence } from '#core/period-check.ts';
import { until } from '#core/testing/until.ts';
import { unpack } from '#core/unpack.ts';
import { startEvidenceOrders } from '#ledger/evidence-orders.ts';
import { sha256 } from '#ledger/hash.ts';
import { verifySignature } from '#ledger/log-keys.ts';
import { startSlapd } from '../practice/servers/slapd.ts';
import { houseOf } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { startWeb } from './support/task-links.ts';
import { watching } from './support/watch.ts';
import { accountingSchema, startFreeRadius } from './targets/freeradius.ts';
import { openFor, settingsFor } from './targets/slapd-directory.ts';

// A real FreeRADIUS between Gatehouse and an access server of ours: it lets people in, writes accounting down as the
// access server reports it, and passes Disconnect-Requests on, for which it has to find them genuine.

const password = 'open-sesame';
const person = (uid: string) => ({
  ...{ uid, name: `${uid} Meadow`, mail: `${uid}@meadow.example`, password },
});
const slapd = await startSlapd({
  people: ['ada', 'bob', 'eve', 'gil', 'hal'].map(person),
  groups: [
    { name: 'vpn', members: ['ada', 'bob', 'gil', 'hal'] },
    { name: 'choir', members: ['ada', 'bob', 'eve'] },
  ],
});
after(() => slapd.stop());
const accounting = await startAccounting(accountingSchema());
after(() => accounting.stop());

const address = '192.0.2.7';
const onNas = new Map<string, string>();
const nasSecret = 'secret-of-the-nas';
const hooks = { stops: true };
const nas = await startFakeNas({
  secret: nasSecret,
  sessions: onNas,
  onEnd: async (session) => {
    if (hooks.stops) await report('Stop', session, `${names.get(session)}`);
  },
});
after(() => nas.stop());
const names = new Map<string, string>();

const radius = await startFreeRadius({
  ...{ slapd, group: 'vpn', accounting: accounting.writer },
  nas: { port: nas.port, secret: nasSecret },
});
after(() => radius.stop());

const connection = Settings.parse({
  accessServers: [{ nas: address, host: '127.0.0.1', port: radius.ports.coa }],
  sharedSecrets: `${address} ${radius.secret}`,
  accounting: {
    ...{ host: accountingHost, database: accounting.name, user: accounting.name, tls: 'no' },
  },
  accountingPassword: accounting.password,
  loginDomain: 'meadow.example',
});
const client = openRadius(connection, accounting.io);
const known = { params: {}, before: null };

/** What an access server reports to accounting. */
const report = (status: 'Start' | 'Stop', session: string, user: string) =>
  radius.send('acct', {
    ...{ 'Acct-Status-Type': status, 'Acct-Session-Id': session, 'User-Name': user },
    ...{ 'NAS-IP-Address': address, 'NAS-Port': '1' },
  });
const signIn = (user: string, by = password) =>
  radius.send('auth', { 'User-Name': user, 'User-Password': by, 'Message-Authenticator': '0x00' });

async function connect(session: string, user: string): Promise<void> {
  assert.equal(await signIn(user), 'Access-Accept');
  onNas.set(session, user);
  names.set(session, user);
  assert.equal(await report('Start', session, user), 'Accounting-Response');
}

async function planFor(user: string) {
  const planned = revokeSessions.plan(await revokeSessions.read(client, user, known), {});
  assert.ok(planned.kind === 'change', planned.kind);
  return planned;
}

describe('a FreeRADIUS that asks a directory', () => {
  it('refuses whoever is blocked there, and their sessions end one by one and are read back', async () => {
    await connect('A-1', 'ada');
    await connect('A-2', 'ada');
    await connect('B-1', 'bob');
    const keys = { email: 'ada@meadow.example', employeeNumber: null, name: 'Ada' };
    assert.deepEqual(
      (await client.accountsOf(keys)).map(({ id, status }) => [id, status]),
      [['ada', 'active']],
    );

    const directory = openFor(slapd);
    const [entry] = await ldap.accounts!.find(directory, keys);
    const suspend = suspendAccount({ attribute: 'pwdAccountLockedTime', value: '000001010000Z' });
    const block = suspend.plan(await suspend.read(directory, entry!.id), {});
    assert.ok(block.kind === 'change');
    await suspend.apply(directory, entry!.id, block.change);
    assert.equal(await signIn('ada'), 'Access-Reject');
    // A block alone leaves open what is open.
    assert.equal((await revokeSessions.read(client, 'ada', known)).sessions.length, 2);

    const planned = await planFor('ada');
    await revokeSessions.apply(client, 'ada', planned.change);
    const after = revokeSessions.plan(await revokeSessions.read(client, 'ada', known), {});
    assert.equal(after.kind, 'done');
    assert.deepEqual([...onNas], [['B-1', 'bob']]);
    assert.equal((await client.accountsOf(keys))[0]!.status, 'suspended');
    const asked = nas.received.map(attributesOf).map((it) => `${it.get(1)} ${it.get(44)}`);
    assert.deepEqual(new Set(asked), new Set(['ada A-1', 'ada A-2']));
  });

  it('refuses whoever has left the group that may sign in', async () => {
    const directory = openFor(slapd);
    const keys = { email: 'bob@meadow.example', employeeNumber: null, name: 'Bob' };
    const [entry] = await ldap.accounts!.find(directory, keys);
    assert.equal(await signIn('bob'), 'Access-Accept');
    assert.equal(await signIn('eve'), 'Access-Reject');
    const leaving = leaveGroups({});
    const params = { keep: ['choir'] };
    const leave = leaving.plan(await leaving.read(directory, entry!.id), params);
    assert.ok(leave.kind === 'change');
    await leaving.apply(directory, entry!.id, leave.change);
    assert.equal(await signIn('bob'), 'Access-Reject');
  });

  it('passes on that a session is unknown, which counts once accounting has its Stop', async () => {
    names.set('C-1', 'cleo');
    await report('Start', 'C-1', 'cleo');
    const [row] = await client.accounting.open('cleo');
    assert.equal(await client.disconnect(row!), 'no such session');
    const planned = await planFor('cleo');
    await Promise.all([
      revokeSessions.apply(client, 'cleo', planned.change),
      report('Stop', 'C-1', 'cleo'),
    ]);
    assert.deepEqual(await client.accounting.open('cleo'), []);
  });

  it('that ends a session without a Stop leaves it open to us', async () => {
    onNas.set('D-1', 'dora');
    names.set('D-1', 'dora');
    await report('Start', 'D-1', 'dora');
    hooks.stops = false;
    after(() => {
      hooks.stops = true;
    });
    const planned = await planFor('dora');
    await revokeSessions.apply(client, 'dora', planned.change);
    assert.equal(onNas.has('D-1'), false);
    assert.equal((await revokeSessions.read(client, 'dora', known)).sessions.length, 1);

    await report('Stop', 'D-1', 'dora');
    await until('the Stop', async () => (await client.accounting.open('dora')).length === 0);
  });

  it('is silent to another secret', async () => {
    await report('Start', 'E-1', 'emil');
    const stranger = openRadius(
      { ...connection, sharedSecrets: `${address} another` },
      accounting.io,
      [300],
    );
    const [row] = await stranger.accounting.open('emil');
    await assert.rejects(stranger.disconnect(row!), failsAs('unavailable', /secret/));
    assert.ok(nas.received.every((it) => `${attributesOf(it).get(44)}` !== 'E-1'));
  });
});

const playbook = `
playbook: involuntary-departure
title: Off the network
for: departure
steps:
  - { id: block, layer: security, do: account.suspend, on: { connection: directory } }
  - { id: cut, layer: security, do: sessions.revoke, on: { connection: vpn }, after: [block] }
`;

describe('a departure from a network behind RADIUS', () => {
  const authority = makeAuthority('Meadow & Co');
  let gatehouse: TestGatehouse;
  let web: Awaited<ReturnType<typeof startWeb>>;
  let line: Awaited<ReturnType<typeof startTlsLine>>;
  let token: string;

  before(async () => {
    gatehouse = await startGatehouse({ settleMs: 20_000, callMs: 20_000 });
    const { app, admin } = gatehouse;
    web = await startWeb(app);
    line = await startTlsLine(accounting.writer, authority.issue(['127.0.0.1']));
    const ldapsPort = Number(new URL(slapd.ldapsUrl).port);
    await gatehouse.connect(
      {
        ...{ id: 'directory', connector: 'ldap', category: 'identity', ca: slapd.caPem },
        settings: settingsFor(slapd),
      },
      [ldapsPort],
    );
    await gatehouse.connect(
      {
        ...{ id: 'vpn', connector: 'radius', ca: authority.ca },
        settings: {
          ...{ accessServers: connection.accessServers, sharedSecrets: connection.sharedSecrets },
          accounting: {
            ...{ host: '127.0.0.1', port: line.port, tls: 'yes' },
            ...{ database: accounting.name, user: accounting.name },
          },
          ...{ accountingPassword: accounting.password, loginDomain: 'meadow.example' },
        },
      },
      [radius.ports.coa, line.port],
    );
    const { playbook: draft } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, draft.id);
    const rows = ['gil', 'hal'].map((uid) => `E-${uid},${uid} Meadow,${uid}@meadow.example`);
    await importPeople(app, admin, Buffer.from(['person_id,name,email', ...rows].join('\n')));
    const hr = await createUser(app, {
      ...{ name: 'Hedda HR', email: 'hedda@meadow.example', roles: ['hr'] },
    });
    const about = { userId: hr.id, name: 'a test', days: 1, now: new Date() };
    ({ token } = await createToken(app, about));
  });
  after(async () => {
    await gatehouse.stop();
    await web.stop();
    await line.stop();
  });

  it('asked for by the API blocks first, then ends what is open and reads its Stop back', async () => {
    await connect('G-1', 'gil');
    await connect('G-2', 'gil');
    await connect('H-1', 'hal');
    const asked = await fetch(`${web.url}/api/v1/cases`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ personId: 'E-gil', departure: { kind: 'involuntary', urgent: true } }),
    });
    assert.ok(asked.status === 201 || asked.status === 202, await asked.text());

    const done = await watching(houseOf(gatehouse)).become(
      'the end',
      { id: 'E-gil' },
      ({ case: it }) => it.state === 'complete',
    );
    const graded = Object.fromEntries(done.steps.map((it) => [it.playbookStep, it.grade]));
    assert.deepEqual([graded['block'], graded['cut']], ['verified', 'verified']);
    assert.ok(done.case.accessRemovedAt);
    assert.equal(await signIn('gil'), 'Access-Reject');
    assert.equal(await signIn('hal'), 'Access-Accept');
    assert.deepEqual(await client.accounting.open('gil'), []);
    assert.deepEqual(
      [...onNas].filter(([id]) => /^[GH]/.test(id)),
      [['H-1', 'hal']],
    );
    const ended = nas.received.map(attributesOf).map((it) => `${it.get(1)} ${it.get(44)}`);
    assert.deepEqual(ended.filter((it) => /gil|hal/.test(it)).toSorted(), ['gil G-1', 'gil G-2']);
  });

  it('is verified in the evidence, by what was open before and is not after', async () => {
    const { app, admin, database } = gatehouse;
    const found = await watching(houseOf(gatehouse)).caseOf({ id: 'E-gil' });
    const id = found!.case.id;
    const cut = found!.steps.find((it) => it.playbookStep === 'cut');
    const sessions = (state: unknown) =>
      (state as { sessions: { session: string }[] }).sessions.map((it) => it.session).toSorted();
    assert.deepEqual(sessions(cut?.before), ['G-1', 'G-2']);
    assert.deepEqual(sessions(cut?.afterState), []);

    await until('the record to be sealed', async () => {
      const [sealed] = await gatehouse.rows(
        `select from ledger.event_ix where type = 'case.sealed' and case_id = $1`,
        id,
      );
      return sealed;
    });
    const order = await requestEvidence(app, admin, id, null);
    const pool = database.pools.scribe;
    const making = startEvidenceOrders({ pool, keys: app.keys, onError: console.error }, 50);
    await until('the evidence', async () => {
      const { status, because } = await showEvidence(app, admin, order.id);
      assert.equal(because, null);
      return status === 'made';
    });
    await making.stop();
    const pack = unpack((await takeEvidence(app, admin, order.id)).bytes);
    assert.ok(pack.kind === 'files');
    const { fails, holds } = await checkEvidence(pack.files, {
      ...{ sha256, verify: verifySignature, trust: null, checkStamp: null },
    });
    assert.equal(fails, null);
    assert.ok(holds.length > 0);
    const events = Buffer.from(pack.files.get('events.jsonl')!).toString();
    const facts = events.split('\n').filter((it) => it.includes('"step.verified"'));
    assert.ok(
      facts.some((it) => it.includes(cut!.id)),
      'the end of the sessions',
    );
  });

  it('leaves an unbroken record, and no secret anywhere', async () => {
    const secrets = [radius.secret, accounting.password, token];
    await checkInvariants(gatehouse, { secrets });
  });
});
