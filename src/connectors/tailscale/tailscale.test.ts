import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { openTailscale } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { type FakeTailscaleOptions, type FakeTailscaleUser, fakeTailscale } from './fake.ts';
import { tailscale } from './index.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { scopes, settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { suspendAccount } from './suspend-account.ts';

/** Tokens are kept by what they were asked with; each world asks anew. */
const settingsOfItsOwn = (more: object = {}) =>
  settings.parse({ clientId: 'gatehouse', clientSecret: `tskey-client-${randomUUID()}`, ...more });

const priya = 'Priya.Nair@meadow.example';
const keys = { email: priya.toLowerCase(), employeeNumber: null, name: 'Priya Nair' };
const known = { params: {}, before: null };

const everything = (user: Partial<FakeTailscaleUser> = {}): FakeTailscaleOptions => ({
  users: [
    { id: 'u1', loginName: priya, role: 'admin', ...user },
    { id: 'u2', loginName: 'sam@meadow.example', role: 'owner' },
  ],
  devices: [
    { nodeId: 'n1', user: priya, hostname: 'priyas-laptop', expires: '2099-01-01T00:00:00Z' },
    { nodeId: 'n2', user: priya, hostname: 'priyas-phone' },
    { nodeId: 'n3', user: priya, hostname: 'db', tags: ['tag:prod'] },
    { nodeId: 'n4', user: 'sam@meadow.example', hostname: 'sams-laptop' },
  ],
  keys: [
    { id: 'k1', keyType: 'api', userId: 'u1', description: 'scripts' },
    { id: 'k2', keyType: 'auth', userId: 'u1' },
    { id: 'k4', keyType: 'auth', userId: 'u2' },
  ],
});

function setUp(user: Partial<FakeTailscaleUser> = {}, more: Partial<FakeTailscaleOptions> = {}) {
  const service = fakeTailscale({ ...everything(user), ...more });
  const fetch = conforming(service.fetch, spec, null);
  const client = openTailscale(settingsOfItsOwn(), { ...loopbackIo, fetch });
  const { users, devices, keys: held } = service;
  return { ...service, client, accountId: 'u1', data: { users, devices, keys: held } };
}
type World = ReturnType<typeof setUp>;

failsWell(tailscale, {
  get settings() {
    return settingsOfItsOwn();
  },
  person: keys,
  accountId: 'u1',
  system: () => fakeTailscale(everything()),
});

describe('suspending in Tailscale', () => {
  keepsPromises(suspendAccount, {}, () => setUp());

  it('is not asked of the owner, nor are deletion and another role', async () => {
    const { client } = setUp({ role: 'owner' });
    const plans = [
      suspendAccount.plan(await suspendAccount.read(client, 'u1'), {}),
      removeRoles.plan(await removeRoles.read(client, 'u1'), {}),
      deleteAccount.plan(await deleteAccount.read(client, 'u1'), {}),
    ];
    for (const it of plans) assert.ok(it.kind === 'blocked' && /somebody else/.test(it.because));
  });

  it('is not believed when it does not show', async () => {
    const { client } = setUp({}, { ignoresChanges: true });
    await suspendAccount.apply(client, 'u1', 'suspend');
    const now = await suspendAccount.read(client, 'u1');
    assert.equal(suspendAccount.plan(now, {}).kind, 'change');
  });
});

describe('devices in Tailscale', () => {
  keepsPromises(revokeSessions, {}, () => setUp());

  it('of the user sign in again; tagged ones and those of others go on, and are named', async () => {
    const { client, devices } = setUp();
    const planned = revokeSessions.plan(await revokeSessions.read(client, 'u1'), {});
    assert.ok(planned.kind === 'change');
    assert.deepEqual(planned.change, ['n1', 'n2']);
    await revokeSessions.apply(client, 'u1', planned.change);
    const after = revokeSessions.plan(await revokeSessions.read(client, 'u1'), {});
    assert.ok(after.kind === 'done' && /tag and go on: db\.$/.test(after.because));
    const open = devices.filter(({ expires }) => expires !== '2026-01-05T08:00:00Z');
    assert.deepEqual(
      open.map(({ nodeId }) => nodeId),
      ['n3', 'n4'],
    );
  });
});

describe('keys in Tailscale', () => {
  keepsPromises(revokeTokens, {}, () => setUp());

  it('that a program signs in with are left to a person, once the others are gone', async () => {
    const { keys: held } = everything();
    const more = [
      ...held!,
      { id: 'k3', keyType: 'client' as const, userId: 'u1', description: 'terraform' },
    ];
    const { client, data } = setUp({}, { keys: more });
    const planned = revokeTokens.plan(await revokeTokens.read(client, 'u1', known), {});
    assert.ok(planned.kind === 'change');
    assert.match(planned.summary, /API token “scripts”, auth key k2/);
    await revokeTokens.apply(client, 'u1', planned.change);
    assert.deepEqual(
      data.keys.map(({ id }) => id),
      ['k4', 'k3'],
    );
    const left = revokeTokens.plan(await revokeTokens.read(client, 'u1', known), {});
    assert.ok(left.kind === 'by-hand' && left.then === null);
    assert.match(left.order.instructions, /OAuth client “terraform”/);
  });

  it('that are hidden from us are not taken for none', async () => {
    const granted = Object.values(scopes).filter((it) => it !== scopes.readIdentities);
    const { client } = setUp({}, { granted });
    await assert.rejects(
      revokeTokens.read(client, 'u1', known),
      failsAs('forbidden', /lacks federated_keys/),
    );
  });
});

describe('roles and the end of a user in Tailscale', () => {
  keepsPromises(removeRoles, {}, () => setUp());
  keepsPromises(deleteAccount, {}, () => setUp());

  it('take the devices along, but for those with a tag', async () => {
    const { client, devices } = setUp();
    await deleteAccount.apply(client, 'u1', 'delete');
    assert.deepEqual(
      devices.map(({ nodeId }) => nodeId),
      ['n3', 'n4'],
    );
    assert.deepEqual(await deleteAccount.read(client, 'u1'), { role: null });
  });
});

describe('people in Tailscale', () => {
  const find = (world: World, more: object = {}) =>
    tailscale.accounts!.find({ ...world.client, settings: settingsOfItsOwn(more) }, keys);

  it('are found by their address, or by the login name that was listed', async () => {
    const world = setUp({ status: 'idle' });
    const [account] = await find(world);
    assert.deepEqual(account, {
      ...{ id: 'u1', login: priya, status: 'active', privileged: true },
      lastSeenAt: new Date('2026-01-05T08:00:00Z'),
    });
    world.users.push({ id: 'u9', loginName: 'priya@github', status: 'suspended' });
    const listed = await find(world, { accounts: [{ login: 'priya@github', email: keys.email }] });
    assert.deepEqual(
      listed.map(({ id, status, privileged }) => [id, status, privileged]),
      [['u9', 'suspended', false]],
    );
  });

  it('are listed, and the client tells its scopes', async () => {
    const { client } = setUp();
    const all = [];
    for await (const it of tailscale.accounts!.list(client)) all.push(it.id);
    assert.deepEqual(all, ['u1', 'u2']);
    const { actingAs, scopes: granted } = await tailscale.check(client);
    assert.equal(actingAs, 'OAuth client gatehouse');
    assert.deepEqual(granted, Object.values(scopes));
    assert.deepEqual(tailscale.hosts(client.settings), ['api.tailscale.com:443']);
  });
});

describe('the document of Tailscale', () => {
  it('refuses what is not in it', async () => {
    const { client } = setUp();
    await assert.rejects(client.setRole('u1', 'boss' as 'admin'), failsAs('unexpected', /fit/));
  });
});
