import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { needsItsScopes } from '#connector-kit/testing/needs-its-scopes.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { Trial } from '#connector-kit/testing/trial.ts';
import { openGitLab } from './api.ts';
import { type FakeUser, fakeGitLab } from './fake.ts';
import { gitlab } from './index.ts';
import { removeFactors } from './remove-factors.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { suspendAccount } from './suspend-account.ts';

const connection = settings.parse({ address: 'https://gitlab.meadow.test', token: 'glpat-1' });
const bot = (): FakeUser => ({
  id: 1,
  username: 'gatehouse',
  email: 'bot@meadow.example',
  admin: true,
});
const address = 'priya@meadow.example';
const keysOf = (email: string) => ({ email, employeeNumber: null, name: 'Priya Nair' });
/** Something of everything. */
const priyaWith = (more: Partial<FakeUser> = {}): FakeUser => ({
  ...{ id: 42, username: 'priya', email: address, twoFactor: true },
  ...{ tokens: [{ id: 5, name: 'release' }], impersonations: [{ id: 6, name: 'support' }] },
  ...{ sshKeys: [{ id: 7, title: 'laptop' }], gpgKeys: [{ id: 8 }] },
  ...more,
});

function setUp(more: Partial<FakeUser> = {}, others: readonly FakeUser[] = []) {
  const user = priyaWith(more);
  const service = fakeGitLab({ users: [bot(), user, ...others] });
  const fetch = conforming(service.fetch, spec, null);
  const client = openGitLab(connection, { ...loopbackIo, fetch });
  return { ...service, client, user, accountId: '42', data: service.users };
}

describe('people in GitLab', () => {
  it('are found by the whole address, not by a part of it', async () => {
    const others = [
      { id: 43, username: 'x', email: `x${address}` },
      { id: 44, username: address, email: 'other@meadow.example' },
    ];
    const { client } = setUp({ admin: true }, others);
    const found = await gitlab.accounts!.find(client, keysOf('Priya@meadow.example'));
    assert.deepEqual(
      found.map(({ id, status, privileged }) => [id, status, privileged]),
      [['42', 'active', true]],
    );
    assert.deepEqual(await gitlab.accounts!.find(client, keysOf('eve@meadow.example')), []);
  });

  it('who are deactivated count as active, since signing in is enough to come back', async () => {
    const { client } = setUp({ state: 'deactivated' });
    const [account] = await gitlab.accounts!.find(client, keysOf(address));
    assert.equal(account?.status, 'active');
  });
});

describe('blocking in GitLab', () => {
  keepsPromises(suspendAccount, {}, () => setUp());

  it('blocks who is deactivated, too', async () => {
    const { client } = setUp({ state: 'deactivated' });
    const planned = suspendAccount.plan(await suspendAccount.read(client, '42'), {});
    assert.ok(planned.kind === 'change' && planned.change === 'block');
  });

  it('leaves alone what LDAP has blocked, which GitLab lets nobody change', async () => {
    const { client } = setUp({ state: 'ldap_blocked' });
    const state = await suspendAccount.read(client, '42');
    assert.equal(suspendAccount.plan(state, {}).kind, 'done');
    assert.equal(suspendAccount.restore!(state, { ...state, state: 'active' }).kind, 'blocked');
    await assert.rejects(client.unblock('42'), failsAs('forbidden', /LDAP/));
  });

  it('asks a person about a state that it does not know, and about its own account', () => {
    const plan = (state: string, ours: boolean) => suspendAccount.plan({ state, ours }, {}).kind;
    assert.equal(plan('blocked_pending_approval', false), 'blocked');
    assert.equal(plan('active', true), 'blocked');
  });
});

describe('what is taken away in GitLab', () => {
  keepsPromises(removeRoles, {}, () => setUp({ admin: true }));
  keepsPromises(removeFactors, {}, () => setUp());
  keepsPromises(revokeTokens, {}, () => setUp());

  it('is said before: GitLab writes to the person about the second factor', async () => {
    const { client, written } = setUp();
    await removeFactors.apply(client, '42', null);
    assert.deepEqual(written, [address]);
    assert.match(removeFactors.summary, /writes to the person/);
  });

  it('are tokens and keys by their names, and those of others stay', async () => {
    const other = {
      id: 43,
      username: 'sam',
      email: 's@meadow.example',
      tokens: [{ id: 9, name: 'x' }],
    };
    const { client, users } = setUp({}, [other]);
    const planned = revokeTokens.plan(await revokeTokens.read(client, '42'), {});
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'End tokens release; impersonation tokens support; SSH keys laptop; 1 GPG keys.',
    );
    await revokeTokens.apply(client, '42', planned.change);
    assert.equal(users[2]!.tokens?.length, 1);
  });

  it('is never the administrator by whom Gatehouse is there', async () => {
    const { client } = setUp();
    assert.equal(removeRoles.plan(await removeRoles.read(client, '1'), {}).kind, 'blocked');
  });
});

describe('the check of a GitLab connection', () => {
  it('tells who we are and what the token may do, and refuses who is no administrator', async () => {
    const { client, users } = setUp();
    assert.deepEqual(await gitlab.check(client), {
      actingAs: 'gatehouse',
      scopes: ['api', 'admin_mode'],
    });
    assert.equal(await gitlab.accounts?.own?.(client), String(users[0]!.id));
    users[0]!.admin = false;
    await assert.rejects(gitlab.check(client), failsAs('forbidden', /no administrator/));
    assert.deepEqual(gitlab.hosts(connection), ['gitlab.meadow.test:443']);
  });

  it('is held to the document, which refuses what is not in it', async () => {
    const strict = conforming(setUp().fetch, spec, null);
    const at = 'https://gitlab.meadow.test/api/v4/users/42';
    await assert.rejects(
      strict(at, {
        ...{ method: 'PUT', headers: { 'content-type': 'application/json' } },
        body: '{"admin":"perhaps"}',
      }),
      failsAs('unexpected', /does not fit/),
    );
  });
});

const trial: Trial = {
  settings: connection,
  person: keysOf(address),
  accountId: '42',
  given: { 'groups.join': { params: { groups: ['design'] } } },
  system: () =>
    fakeGitLab({
      users: [
        bot(),
        priyaWith({ admin: true }),
        { id: 43, username: 'sam', email: 's@meadow.example' },
      ],
      groups: [
        { id: 10, path: 'shop', members: [{ user: 43, level: 50 }] },
        { id: 11, path: 'shop/till', members: [{ user: 42, level: 50 }] },
        { id: 12, path: 'design', members: [] },
      ],
      projects: [{ id: 8, path: 'priya/notes', ownOf: 42, members: [] }],
    }),
};
failsWell(gitlab, trial);
needsItsScopes(gitlab, { ...trial, spec });
listsPageByPage(gitlab, {
  settings: connection,
  system: (count) =>
    fakeGitLab({
      users: Array.from({ length: count }, (_, i) => ({
        ...{ id: i + 1, username: `u${i}`, email: `u${i}@meadow.example`, admin: i === 0 },
      })),
    }),
});
