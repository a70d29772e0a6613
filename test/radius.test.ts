import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { ldap } from '#connectors/ldap/index.ts';
import { leaveGroups } from '#connectors/ldap/leave-groups.ts';
import { suspendAccount } from '#connectors/ldap/suspend-account.ts';
import { openRadius } from '#connectors/radius/api.ts';
import { attributesOf, startFakeNas } from '#connectors/radius/fake-nas.ts';
import { revokeSessions } from '#connectors/radius/revoke-sessions.ts';
import { settings as Settings } from '#connectors/radius/settings.ts';
import { accountingHost, startAccounting } from '#connectors/radius/test-accounting.ts';
import { until } from '#core/testing/until.ts';
import { startSlapd } from '../practice/servers/slapd.ts';
import { accountingSchema, startFreeRadius } from './targets/freeradius.ts';
import { openFor } from './targets/slapd-directory.ts';

// A real FreeRADIUS between Gatehouse and an access server of ours: it lets people in, writes accounting down as the
// access server reports it, and passes Disconnect-Requests on, for which it has to find them genuine.

const password = 'open-sesame';
const person = (uid: string) => ({
  ...{ uid, name: `${uid} Meadow`, mail: `${uid}@meadow.example`, password },
});
const slapd = await startSlapd({
  people: ['ada', 'bob', 'eve'].map(person),
  groups: [
    { name: 'vpn', members: ['ada', 'bob'] },
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
