import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Io, UploadedList } from '#connector-kit/contract.ts';
import { actionsOf } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { needsItsScopes } from '#connector-kit/testing/needs-its-scopes.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { Trial } from '#connector-kit/testing/trial.ts';
import { openGitLab } from './api.ts';
import { deleteEnterpriseUser } from './delete-enterprise-user.ts';
import { removeEnterpriseFactors } from './enterprise-factors.ts';
import { revokeEnterpriseTokens } from './enterprise-tokens.ts';
import { fakeGitLab } from './fake.ts';
import type { FakeTop } from './fake-top.ts';
import { gitlab } from './index.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { leaveTopGroup } from './leave-top-group.ts';
import { ownedBy } from './owned.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const connection = {
  group: 'meadow',
  token: 'glpat-1',
  findBy: ['enterprise', 'saml'],
  credentials: true,
};
const address = 'priya@meadow.example';
const priya = { email: address, employeeNumber: 'E-1042', name: 'Priya Nair' };
const kai = { email: 'kai@home.example', employeeNumber: 'E-7', name: 'Kai Lund' };

/** Priya (42) is an enterprise user; Kai (43) came with an account of his own; Gus (44) is a guest below. */
const world = (more: Partial<FakeTop> = {}) =>
  fakeGitLab({
    users: [
      { id: 1, username: 'gatehouse', email: 'gatehouse@meadow.example' },
      {
        ...{ id: 42, username: 'pri-codes', email: address, twoFactor: true },
        ...{ tokens: [{ id: 5, name: 'release' }], sshKeys: [{ id: 7, title: 'laptop' }] },
      },
      {
        id: 43,
        username: 'kaidev',
        email: 'kai@private.example',
        tokens: [{ id: 9, name: 'own' }],
      },
      { id: 44, username: 'gus', email: 'gus@meadow.example' },
    ],
    groups: [
      {
        ...{ id: 10, path: 'meadow' },
        members: [
          { user: 1, level: 50 },
          { user: 42, level: 30 },
          { user: 43, level: 30 },
        ],
      },
      { id: 11, path: 'meadow/till', members: [{ user: 42, level: 40 }] },
      { id: 12, path: 'meadow/design', members: [] },
      { id: 20, path: 'elsewhere', members: [{ user: 42, level: 50 }] },
    ],
    projects: [
      { id: 11, path: 'meadow/till/web', members: [{ user: 44, level: 10 }] },
      { id: 8, path: 'pri-codes/notes', ownOf: 42, members: [{ user: 42, level: 50 }] },
    ],
    enterprise: [42, 44],
    saml: [{ name: 'E-7', user: 43 }],
    ...more,
  });

/** Priya is the only owner of nothing, so that GitLab deletes her. */
const deletable = (): Partial<FakeTop> => ({
  groups: [
    {
      ...{ id: 10, path: 'meadow' },
      members: [
        { user: 1, level: 50 },
        { user: 42, level: 30 },
      ],
    },
  ],
});

function setUp(
  more: Partial<FakeTop> = {},
  { accountId = '42', list }: Partial<Io> & { accountId?: string } = {},
) {
  const service = world(more);
  const fetch = conforming(service.fetch, spec, null);
  const findBy = [...connection.findBy, ...(list ? ['list'] : [])];
  const io = { ...loopbackIo, fetch, ...(list ? { list } : {}) };
  const client = openGitLab(settings.parse({ ...connection, findBy }), io);
  return { ...service, client, accountId, data: service.users };
}
const find = (client: unknown, person: typeof priya) => gitlab.accounts!.find(client, person);
const ids = (them: readonly { id: string; status: string }[]) =>
  them.map(({ id, status }) => `${id} ${status}`);

describe('people of a group on gitlab.com', () => {
  it('are known by the address of enterprise users, or by their name in the single sign-on', async () => {
    const { client } = setUp();
    assert.deepEqual(ids(await find(client, priya)), ['42 active']);
    assert.deepEqual(ids(await find(client, kai)), ['43 active']);
    assert.deepEqual(ids(await find(client, { ...priya, email: 'iya@meadow.example' })), []);
  });

  it('are known by a list, and never by a list that cannot be read', async () => {
    const list = (refusedRows: number): UploadedList => {
      const row = { name: 'kaidev', personId: 'E-9', email: null };
      return {
        upload: async () => ({ refusedRows }),
        rowsOf: async ({ personId }: { personId: string | null }) =>
          personId === 'E-9' ? [row] : [],
      } as unknown as UploadedList;
    };
    const nina = { ...kai, employeeNumber: 'E-9' };
    assert.deepEqual(ids(await find(setUp({}, { list: list(0) }).client, nina)), ['43 active']);
    await assert.rejects(
      find(setUp({}, { list: list(2) }).client, nina),
      failsAs('unavailable', /rows that could not be read/),
    );
  });

  it('are found as guests of one project below, and as out where they are in nothing', async () => {
    const world = setUp();
    const gus = { ...priya, email: 'gus@meadow.example', employeeNumber: 'E-3' };
    assert.deepEqual(ids(await find(world.client, gus)), ['44 active']);
    world.projects[0]!.members = [];
    assert.deepEqual(ids(await find(world.client, gus)), ['44 suspended']);
  });
});

describe('taking somebody out of a group on gitlab.com', () => {
  keepsPromises(leaveTopGroup, {}, () => setUp());
  keepsPromises(leaveTopGroup, {}, () => setUp({}, { accountId: '44' }));
  keepsPromises(leaveGroups, { unassign: false }, () => setUp());
  keepsPromises(joinGroups, { groups: ['meadow/design'], role: 'maintainer' }, () => setUp());

  const out = async (world: ReturnType<typeof setUp>) => {
    const planned = leaveTopGroup.plan(await leaveTopGroup.read(world.client, '42'), {});
    assert.ok(planned.kind === 'change');
    await leaveTopGroup.apply(world.client, '42', planned.change);
    return planned.summary;
  };

  it('takes them out of all below, and leaves alone what is elsewhere or their own', async () => {
    const world = setUp();
    assert.equal(await out(world), 'Remove from meadow, meadow/till.');
    assert.deepEqual(
      [...world.groups, ...world.projects].flatMap(({ path, members }) =>
        members.some(({ user }) => user === 42) ? path : [],
      ),
      ['elsewhere', 'pri-codes/notes'],
    );
  });

  it('tells a project from a group of the same number', async () => {
    const world = setUp();
    world.projects[0]!.members.push({ user: 42, level: 30 });
    assert.equal(await out(world), 'Remove from meadow, meadow/till, meadow/till/web.');
  });

  it('is not called done while an invited group still lets them in', async () => {
    const world = setUp({ invited: [42] });
    await out(world);
    const then = leaveTopGroup.plan(await leaveTopGroup.read(world.client, '42'), {});
    assert.ok(then.kind === 'blocked');
    assert.match(then.because, /group from elsewhere that was invited/);
  });

  it('never takes the last owner beside Gatehouse itself', async () => {
    const world = setUp();
    world.groups[0]!.members[1]!.level = 50;
    const state = await leaveTopGroup.read(world.client, '42');
    assert.ok(state.memberships[0]!.isSoleOwner);
    const owned = await ownedBy(world.client, '42');
    assert.deepEqual(
      owned.map(({ name, soleOwner }) => [name, soleOwner]),
      [['meadow', true]],
    );
  });

  it('joins no group of anybody else', async () => {
    const { client } = setUp();
    const params = { groups: ['elsewhere', 'meadowlands'], role: 'guest' as const };
    const state = await joinGroups.read(client, '42', { params, before: null });
    assert.equal(joinGroups.plan(state, params).kind, 'blocked');
  });
});

describe('enterprise users of a group on gitlab.com', () => {
  keepsPromises(removeEnterpriseFactors, {}, () => setUp());
  keepsPromises(revokeEnterpriseTokens, {}, () => setUp());
  keepsPromises(deleteEnterpriseUser, {}, () => setUp(deletable()));

  it('are deleted once they own no group alone, wherever that is, and Gatehouse itself never is', async () => {
    const { client, users } = setUp();
    await assert.rejects(
      deleteEnterpriseUser.apply(client, '42', null),
      failsAs('rejected', /sole owner of a group/),
    );
    assert.ok(users.some(({ id }) => id === 42));
    const ours = setUp({ enterprise: [1, 42] });
    const own = deleteEnterpriseUser.plan(await deleteEnterpriseUser.read(ours.client, '1'), {});
    assert.ok(own.kind === 'blocked' && /Gatehouse itself/.test(own.because));
    const gone = deleteEnterpriseUser.plan(await deleteEnterpriseUser.read(client, '99'), {});
    assert.equal(gone.kind, 'done');
  });

  it('are written to about what is ended, and the playbook says so', async () => {
    const { client, written, users } = setUp();
    const planned = revokeEnterpriseTokens.plan(
      await revokeEnterpriseTokens.read(client, '42'),
      {},
    );
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, 'End tokens release; SSH keys laptop.');
    await revokeEnterpriseTokens.apply(client, '42', planned.change);
    assert.deepEqual(written, [address, address]);
    assert.equal(users[2]!.tokens?.length, 1);
    for (const { summary } of [revokeEnterpriseTokens, removeEnterpriseFactors])
      assert.match(summary, /writes to the person/);
  });

  it('are the only ones whose accounts are touched; about the others a person is asked', async () => {
    const { client } = setUp();
    const tokens = await revokeEnterpriseTokens.read(client, '43');
    const factors = await removeEnterpriseFactors.read(client, '43');
    assert.equal(revokeEnterpriseTokens.plan(tokens, {}).kind, 'blocked');
    assert.equal(removeEnterpriseFactors.plan(factors, {}).kind, 'blocked');
    const account = await deleteEnterpriseUser.read(client, '43');
    assert.equal(deleteEnterpriseUser.plan(account, {}).kind, 'blocked');
  });
});

describe('the connection to a group on gitlab.com', () => {
  const check = (more: Partial<FakeTop>, given: object = {}) => {
    const client = openGitLab(settings.parse({ ...connection, ...given }), {
      ...loopbackIo,
      fetch: conforming(world(more).fetch, spec, null),
    });
    return gitlab.check(client);
  };

  it('is checked: an owner of a top-level group, on a plan that has what is to be used', async () => {
    const { actingAs } = await check({});
    assert.equal(actingAs, 'gatehouse in meadow');
    const groups = [{ id: 10, path: 'meadow', members: [{ user: 1, level: 40 }] }];
    await assert.rejects(check({ groups }), failsAs('forbidden', /no owner of meadow/));
    await assert.rejects(check({ isUltimate: false }), failsAs('not-found', /manage\/ssh_keys/));
    assert.equal((await check({ isUltimate: false }, { credentials: false })).actingAs, actingAs);
  });

  it('needs the group on gitlab.com, and how people are known', () => {
    const problems = (given: object) =>
      settings.safeParse({ token: 'glpat-1', ...given }).error?.issues.map(({ path }) => path[0]);
    assert.deepEqual(problems({}), ['group']);
    assert.deepEqual(problems({ address: 'https://gitlab.com' }), ['group']);
    assert.deepEqual(problems({ group: 'meadow' }), ['findBy']);
    assert.deepEqual(problems({ address: 'https://git.meadow.example', findBy: ['saml'] }), [
      'findBy',
    ]);
    assert.deepEqual(problems({ group: 'meadow/shop', findBy: ['saml'] }), ['group']);
    assert.deepEqual(gitlab.hosts(settings.parse(connection)), ['gitlab.com:443']);
  });

  it('offers what the plan has', () => {
    const offered = (given: object) =>
      actionsOf(gitlab, settings.parse({ ...connection, ...given })).map(
        ({ capability }) => capability,
      );
    const always = ['account.suspend', 'groups.leave', 'groups.join'];
    assert.deepEqual(offered({}), [
      ...always,
      ...['mfa.remove', 'account.delete', 'tokens.revoke'],
    ]);
    assert.deepEqual(offered({ findBy: ['saml'], credentials: false }), always);
  });
});

const trial: Trial = {
  settings: settings.parse(connection),
  person: priya,
  accountId: '42',
  given: { 'groups.join': { params: { groups: ['meadow/design'], role: 'maintainer' } } },
  system: (of) => world(of === 'account.delete' ? deletable() : {}),
};
failsWell(gitlab, trial);
needsItsScopes(gitlab, { ...trial, spec });
listsPageByPage(gitlab, {
  settings: settings.parse(connection),
  system: (count) =>
    fakeGitLab({
      users: Array.from({ length: count }, (_, i) => ({
        ...{ id: i + 1, username: `u${i}`, email: `u${i}@meadow.example` },
      })),
      groups: [
        {
          ...{ id: 10, path: 'meadow' },
          members: Array.from({ length: count }, (_, i) => ({
            user: i + 1,
            level: i === 0 ? 50 : 30,
          })),
        },
      ],
    }),
});
