import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { openGitLab } from './api.ts';
import { fakeGitLab } from './fake.ts';
import type { FakeMember } from './fake-places.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { ownedBy } from './owned.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const connection = settings.parse({ address: 'https://gitlab.meadow.test', token: 'glpat-1' });
const nobody = { keep: [] as string[], unassign: false };

/** Priya (42) in a group, a group below and two projects, of which one is her own. */
function setUp({ shop = [], till = [] }: { shop?: FakeMember[]; till?: FakeMember[] } = {}) {
  const users = [
    { id: 1, username: 'gatehouse', email: 'bot@meadow.example', admin: true },
    { id: 42, username: 'priya', email: 'priya@meadow.example' },
    { id: 43, username: 'sam', email: 'sam@meadow.example' },
    { id: 44, username: 'gone', email: 'gone@meadow.example', state: 'blocked' },
    { id: 45, username: 'group_10_bot_5f3c', email: 'bot5@meadow.example' },
  ];
  const service = fakeGitLab({
    users,
    groups: [
      { id: 10, path: 'shop', members: [{ user: 42, level: 30 }, ...shop] },
      { id: 11, path: 'shop/till', members: [{ user: 42, level: 40 }, ...till] },
      { id: 12, path: 'design', members: [{ user: 43, level: 50 }] },
    ],
    projects: [
      {
        ...{ id: 7, path: 'shop/web' },
        members: [{ user: 42, level: 30, expires: '2027-01-31', customRole: 3 }],
      },
      { id: 8, path: 'priya/notes', ownOf: 42, members: [{ user: 42, level: 50 }] },
    ],
  });
  const fetch = conforming(service.fetch, spec, null);
  const client = openGitLab(connection, { ...loopbackIo, fetch });
  const data = { groups: service.groups, projects: service.projects };
  return { ...service, client, accountId: '42', data };
}

/** Makes Priya the owner of a group in which she is. */
function withOwner(id: number, others: { shop?: FakeMember[]; till?: FakeMember[] } = {}) {
  const world = setUp(others);
  world.groups.find((it) => it.id === id)!.members[0]!.level = 50;
  return world;
}

const planned = async ({ client, accountId }: ReturnType<typeof setUp>, params = nobody) =>
  leaveGroups.plan(await leaveGroups.read(client, accountId), params);

describe('leaving groups and projects in GitLab', () => {
  keepsPromises(leaveGroups, nobody, () => setUp());

  it('is planned by whole paths, and never of projects of one’s own', async () => {
    const plan = await planned(setUp());
    assert.ok(plan.kind === 'change');
    assert.equal(plan.summary, 'Remove from shop, shop/till, shop/web.');
  });

  it('of a group keeps what the playbook keeps below it, which GitLab would end as well', async () => {
    const world = setUp();
    const plan = await planned(world, { ...nobody, keep: ['shop/till'] });
    assert.ok(plan.kind === 'change');
    await leaveGroups.apply(world.client, '42', plan.change);
    const left = [...world.groups, ...world.projects].filter(({ members }) =>
      members.some(({ user }) => user === 42),
    );
    assert.deepEqual(
      left.map(({ path }) => path),
      ['shop/till', 'priya/notes'],
    );
  });

  it('takes the person off issues only where the playbook says so', async () => {
    const world = setUp();
    const plan = await planned(world, { ...nobody, unassign: true });
    assert.ok(plan.kind === 'change');
    await leaveGroups.apply(world.client, '42', plan.change);
    assert.deepEqual(world.unassigned, ['shop', 'shop/till', 'shop/web']);
  });

  it('is undone with the role, the end and the custom role from before', async () => {
    const world = setUp();
    const before = await leaveGroups.read(world.client, '42');
    const plan = leaveGroups.plan(before, nobody);
    assert.ok(plan.kind === 'change');
    await leaveGroups.apply(world.client, '42', plan.change);
    const back = leaveGroups.restore!(await leaveGroups.read(world.client, '42'), before);
    assert.ok(back.kind === 'change');
    await leaveGroups.apply(world.client, '42', back.change);
    assert.deepEqual(world.projects[0]!.members, [
      { user: 42, level: 30, expires: '2027-01-31', customRole: 3 },
    ]);
  });

  it('leaves no group without an owner, and all the others all the same', async () => {
    const world = withOwner(10);
    const first = await planned(world);
    assert.ok(first.kind === 'change');
    assert.equal(first.summary, 'Remove from shop/till, shop/web.');
    await leaveGroups.apply(world.client, '42', first.change);
    const then = await planned(world);
    assert.ok(then.kind === 'blocked');
    assert.match(then.because, /only owner of shop: make somebody else an owner first/);
    await assert.rejects(
      world.client.remove('groups/10', '42', { unassign: false }),
      failsAs('forbidden'),
    );
    world.groups[0]!.members.push({ user: 43, level: 50 });
    assert.equal((await planned(world)).kind, 'change');
  });

  it('is for Gatehouse’s own account a question', () => {
    const at = { name: 'shop', level: 30, expires: null, customRole: null, isSoleOwner: false };
    const state = { memberships: [{ id: 'groups/10' as const, ...at }], ours: true };
    assert.equal(leaveGroups.plan(state, nobody).kind, 'blocked');
  });
});

describe('what somebody owns in GitLab', () => {
  const soleIn = async (world: ReturnType<typeof setUp>) =>
    (await ownedBy(world.client, '42')).map(({ name, kind, soleOwner }) => [name, kind, soleOwner]);
  const notes = ['priya/notes', 'project', true];

  it('are groups and projects in the own name', async () => {
    assert.deepEqual(await soleIn(withOwner(10)), [['shop', 'group', true], notes]);
    assert.deepEqual(await soleIn(setUp()), [notes]);
  });

  it('is alone in it, where the other owner is blocked or a token', async () => {
    const others = [
      { user: 44, level: 50 },
      { user: 45, level: 50 },
    ];
    assert.deepEqual(await soleIn(withOwner(10, { shop: others })), [
      ['shop', 'group', true],
      notes,
    ]);
  });

  it('is not alone, where a group above has an owner', async () => {
    const world = withOwner(11, { shop: [{ user: 43, level: 50 }] });
    assert.deepEqual(await soleIn(world), [['shop/till', 'group', false], notes]);
  });
});

describe('joining groups in GitLab', () => {
  const asReporter = { groups: ['design', 'shop/till'], role: 'reporter' as const };
  keepsPromises(joinGroups, asReporter, () => setUp());

  const plan = async (
    { client }: ReturnType<typeof setUp>,
    params: Parameters<typeof joinGroups.plan>[1],
  ) => joinGroups.plan(await joinGroups.read(client, '42', { params, before: null }), params);

  it('leaves whoever has more as they are, and raises whoever has less', async () => {
    const world = setUp();
    const first = await plan(world, asReporter);
    assert.ok(first.kind === 'change');
    assert.equal(first.summary, 'Add to design as reporter.');
    const more = await plan(world, { groups: ['shop'], role: 'maintainer' });
    assert.ok(more.kind === 'change');
    await joinGroups.apply(world.client, '42', more.change);
    assert.equal(world.groups[0]!.members[0]!.level, 40);
  });

  it('counts what comes from a group above', async () => {
    const world = setUp();
    world.groups[1]!.members = [];
    assert.equal((await plan(world, { groups: ['shop/till'], role: 'developer' })).kind, 'done');
  });

  it('asks a person about a group that is not there', async () => {
    const asked = await plan(setUp(), { groups: ['shop', 'shpo'], role: 'developer' });
    assert.ok(asked.kind === 'blocked');
    assert.match(asked.because, /no group shpo/);
  });
});
