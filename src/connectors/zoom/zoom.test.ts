import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { type Account, actionsOf, type Transition } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { Trial } from '#connector-kit/testing/trial.ts';
import { openZoom, type Zoom } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { type FakeZoomOptions, type FakeZoomUser, fakeZoom } from './fake.ts';
import { zoom } from './index.ts';
import { leaveGroups } from './leave-groups.ts';
import { meetingsOwned } from './people.ts';
import { removeLicence } from './remove-licence.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { scopes } from './scopes.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { suspendAccount } from './suspend-account.ts';

/** Tokens are kept by what they were asked with; each world asks anew. */
const settingsOfItsOwn = () =>
  settings.parse({ accountId: 'A-1', clientId: 'gatehouse', clientSecret: `zoom-${randomUUID()}` });

const sam = { id: 'sam', email: 'sam@meadow.example' };
const to = sam.email;
const keys = { email: 'priya.nair@meadow.example', employeeNumber: null, name: 'Priya Nair' };

function setUp(priya: Partial<FakeZoomUser> = {}, options: Partial<FakeZoomOptions> = {}) {
  const user: FakeZoomUser = { id: 'priya', email: 'Priya.Nair@meadow.example', ...priya };
  const { users = [{ ...sam }] } = options;
  const service = fakeZoom({ ...options, users: [...users, user] });
  const client = openZoom(settingsOfItsOwn(), {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, Object.values(scopes)),
  });
  const data = { users: service.users, groups: service.groups };
  return { ...service, client, user, data, accountId: 'priya' };
}

/** What an action plans in a world. */
async function planned<State, Params, Change>(
  action: Transition<Zoom, State, Params, Change>,
  client: Zoom,
  params: NoInfer<Params>,
) {
  return action.plan(await action.read(client, 'priya', { params, before: null }), params);
}

const everything = (): FakeZoomOptions => ({
  users: [
    { ...sam },
    { id: 'priya', email: keys.email, roleId: '1', meetings: [{ id: 7, topic: 'Weekly' }] },
  ],
  groups: [{ id: 'g', name: 'Sales', members: ['priya'] }],
  pageSize: 1,
});
const trial: Trial = {
  get settings() {
    return settingsOfItsOwn();
  },
  person: keys,
  accountId: 'priya',
  given: { 'account.delete': { params: { to } } },
  system: () => fakeZoom(everything()),
};
failsWell(zoom, trial);

describe('the scopes of an action in Zoom', () => {
  for (const action of actionsOf(zoom, settingsOfItsOwn())) {
    const { capability, scopes: declared } = action;
    const params = trial.given?.[capability]?.params ?? {};

    /** There and back. */
    const carryOut = async (allowed: readonly string[]) => {
      const fetch = conforming(fakeZoom(everything()).fetch, spec, allowed);
      const client = openZoom(settingsOfItsOwn(), { ...loopbackIo, fetch });
      if (action.kind === 'command') return void (await action.send(client, 'priya', params));
      assert.ok(action.kind === 'transition');
      const known = { params, before: null };
      const before = await action.read(client, 'priya', known);
      const there = action.plan(before, params);
      assert.ok(there.kind === 'change');
      await action.apply(client, 'priya', there.change);
      const now = await action.read(client, 'priya', known);
      const back = action.restore?.(now, before);
      if (back?.kind === 'change') await action.apply(client, 'priya', back.change);
    };

    it(`${capability} are enough, and none is too much`, async () => {
      await carryOut(declared);
      for (const left of declared) {
        const fewer = declared.filter((it) => it !== left);
        await assert.rejects(carryOut(fewer), failsAs('unexpected', /needs a scope/), left);
      }
    });
  }
});
listsPageByPage(zoom, {
  settings: settingsOfItsOwn(),
  system: (count) =>
    fakeZoom({
      users: Array.from({ length: count }, (_, i) => ({
        ...{ id: `u${i}`, email: `u${i}@meadow.example` },
        status: i % 2 ? ('inactive' as const) : ('active' as const),
      })),
    }),
});

describe('the document of Zoom', () => {
  it('refuses what is not in it', async () => {
    const strict = conforming(fakeZoom({ users: [] }).fetch, spec, Object.values(scopes));
    const put = { method: 'PUT', headers: { 'content-type': 'application/json' } };
    const at = 'https://api.zoom.us/v2/users/priya';
    await assert.rejects(
      strict(`${at}/status`, { ...put, body: '{"action":"banish"}' }),
      failsAs('unexpected', /does not fit/),
    );
    await assert.rejects(strict(`${at}/exile`, put), failsAs('unexpected', /not in the vendor/));
  });
});

describe('people in Zoom', () => {
  const brief = (all: readonly Account[]) =>
    all.map(({ id, status, privileged }) => [id, status, privileged]);

  it('are found by the very address, active or not', async () => {
    const { client } = setUp({ status: 'inactive', roleId: '1' });
    assert.deepEqual(brief(await zoom.accounts!.find(client, keys)), [
      ['priya', 'suspended', true],
    ]);
    const nobody = { ...keys, email: 'eve@meadow.example' };
    assert.deepEqual(await zoom.accounts!.find(client, nobody), []);
  });

  it('are not called absent because an address of the API is wrong', async () => {
    const { client, failNext } = setUp();
    await client.granted();
    failNext(new Response('{"code":404,"message":"no such resource"}', { status: 404 }));
    await assert.rejects(zoom.accounts!.find(client, keys), failsAs('not-found'));
  });

  it('are listed with those deactivated and invited, whom Zoom leaves out unless asked', async () => {
    const users: FakeZoomUser[] = [
      { ...sam, status: 'inactive' },
      { id: 'new', email: 'new@meadow.example', status: 'pending' },
    ];
    const { client } = setUp({}, { users, pageSize: 1 });
    const found: Account[] = [];
    for await (const it of zoom.accounts!.list(client)) found.push(it);
    assert.deepEqual(brief(found), [
      ['priya', 'active', false],
      ['sam', 'suspended', false],
      ['new', 'active', false],
    ]);
  });

  it('own the meetings that they are to host', async () => {
    const { client } = setUp({ meetings: [{ id: 7, topic: 'Weekly' }] });
    assert.deepEqual(await meetingsOwned(client, 'priya'), [
      { id: '7', kind: 'other', name: 'Weekly', soleOwner: true },
    ]);
  });
});

describe('blocking in Zoom', () => {
  keepsPromises(suspendAccount, {}, () => setUp());

  it('takes the licence along, and the way back gives it again', async () => {
    const world = setUp();
    const before = await suspendAccount.read(world.client, 'priya');
    await suspendAccount.apply(world.client, 'priya', { do: 'deactivate' });
    assert.deepEqual([world.user.status, world.user.type], ['inactive', 1]);
    const back = suspendAccount.restore!(await suspendAccount.read(world.client, 'priya'), before);
    assert.ok(back.kind === 'change');
    assert.equal(back.summary, 'Activate the user again, as Licensed.');
    await suspendAccount.apply(world.client, 'priya', back.change);
    assert.deepEqual([world.user.status, world.user.type], ['active', 2]);
  });

  it('leaves somebody who was invited and never came to a person', async () => {
    const { client } = setUp({ status: 'pending' });
    const plan = await planned(suspendAccount, client, {});
    assert.ok(plan.kind === 'blocked' && /invited and never came/.test(plan.because));
  });

  it('comes before the sign-out, which ends single sign-on only', async () => {
    assert.deepEqual(suspendAccount.mustPrecede, ['sessions.revoke']);
    const { client, user } = setUp({ signedIn: true });
    await revokeSessions.send(client, 'priya', {});
    assert.equal(user.signedIn, false);
  });
});

describe('licences, roles and groups in Zoom', () => {
  const groups = () => [
    { id: 'g1', name: 'Sales', members: ['priya', 'sam'] },
    { id: 'g2', name: 'Webinars', members: ['priya'] },
  ];
  keepsPromises(removeLicence, {}, () => setUp());
  keepsPromises(removeRoles, {}, () => setUp({ roleId: '1' }));
  keepsPromises(leaveGroups, { keep: ['Webinars'] }, () => setUp({}, { groups: groups() }));

  it('of the owner are handed over first', async () => {
    const plan = await planned(removeRoles, setUp({ roleId: '0' }).client, {});
    assert.ok(plan.kind === 'blocked' && /owner of the Zoom account/.test(plan.because));
  });

  it('are not called joined because Zoom says created', async () => {
    const stubborn = [{ id: 'g1', name: 'Sales', members: [], ignoresJoining: true as const }];
    const { client } = setUp({}, { groups: stubborn });
    const before = { groups: [{ id: 'g1', name: 'Sales' }] };
    await leaveGroups.apply(client, 'priya', { do: 'join', groups: [{ id: 'g1' }] });
    const now = await leaveGroups.read(client, 'priya');
    assert.equal(leaveGroups.restore!(now, before).kind, 'change');
  });
});

describe('the end of a user in Zoom', () => {
  keepsPromises(deleteAccount, { to }, () => setUp());

  it('hands over in the same call, and never just lets the person go', async () => {
    const mine = { meetings: [{ id: 7, topic: 'Weekly' }], recordings: ['r1'] };
    const world = setUp({ ...mine, status: 'inactive' });
    const plan = await planned(deleteAccount, world.client, { to });
    assert.ok(plan.kind === 'change' && /go to sam@meadow\.example/.test(plan.summary));
    await deleteAccount.apply(world.client, 'priya', plan.change);
    assert.deepEqual(world.users, [{ ...sam, ...mine }]);
    assert.deepEqual(world.letGo, []);
  });

  it('waits for somebody who can receive', async () => {
    const because = async (users: FakeZoomUser[], receiver = to) => {
      const plan = await planned(deleteAccount, setUp({}, { users }).client, { to: receiver });
      return plan.kind === 'blocked' ? plan.because : plan.kind;
    };
    assert.match(await because([]), /Nobody in Zoom has the address/);
    assert.match(await because([{ ...sam, type: 1 }]), /only licensed users/);
    assert.match(await because([{ ...sam, status: 'inactive' }]), /not active/);
    assert.match(await because([], keys.email), /who leaves/);
  });

  it('is only an invitation taken back for somebody who never came', async () => {
    const world = setUp({ status: 'pending' });
    const plan = await planned(deleteAccount, world.client, { to });
    assert.ok(plan.kind === 'change' && /invitation/.test(plan.summary));
    await deleteAccount.apply(world.client, 'priya', plan.change);
    assert.deepEqual(world.users, [sam]);
  });
});

describe('the connection to Zoom', () => {
  it('tells which scopes the app has', async () => {
    const granted = ['user:read:user:admin', 'user:read:list_users:admin'];
    const { client } = setUp({}, { granted });
    assert.deepEqual(await zoom.check(client), { actingAs: 'app gatehouse', scopes: granted });
    assert.deepEqual(zoom.hosts(client), ['api.zoom.us:443', 'zoom.us:443']);
  });

  it('says that a scope is missing, which Zoom answers with 400', async () => {
    const { client, failNext } = setUp();
    await client.granted();
    const message = 'Invalid access token, does not contain scopes:[user:read:user:admin].';
    failNext(Response.json({ code: 4711, message }, { status: 400 }));
    await assert.rejects(client.user('priya'), failsAs('forbidden', /user:read:user:admin/));
  });

  it('says that the secret is wrong', async () => {
    const { client } = setUp({}, { clientSecret: 'another' });
    await assert.rejects(zoom.check(client), failsAs('unauthenticated', /invalid_client/));
  });
});
