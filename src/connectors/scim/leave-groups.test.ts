import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { ScimQuirks } from '../../../practice/servers/scim.ts';
import {
  type Declared,
  failsAs,
  groups,
  practise,
} from '../../../practice/servers/scim-testing.ts';
import { leaveGroups } from './leave-groups.ts';

keepsPromises(leaveGroups, {}, () => practise());
keepsPromises(leaveGroups, { keep: ['Tea'] }, () => practise());

const hidden = { showsGroupsOfUsers: false };
const dialects: [string, Partial<ScimQuirks>, Declared][] = [
  ['does not show the groups of a user', hidden, {}],
  ['searches by members', hidden, { groups: 'members' }],
  ['cannot search', { ...hidden, filters: 'refused' }, { filters: false }],
  ['lists its groups', hidden, { groups: 'list' }],
  ['hides members', { ...hidden, showsMembersOfGroups: false }, {}],
  ['has no PATCH', { patch: false }, { update: 'put' }],
  ['has no PATCH and shows nothing on users', { ...hidden, patch: false }, { update: 'put' }],
  ['wants capitals', { capitalisedOperations: true }, { operationNames: 'capitalised' }],
];
for (const [name, quirks, declared] of dialects) {
  describe(`with a server that ${name}`, () => {
    keepsPromises(leaveGroups, {}, () => practise({ quirks }, declared));
  });
}

const membersOf = (world: Awaited<ReturnType<typeof practise>>) =>
  Object.fromEntries([...world.server.groups.values()].map((it) => [it.id, it.members]));

async function leaveAll(world: Awaited<ReturnType<typeof practise>>, keep: string[] = []) {
  const before = await leaveGroups.read(world.client, world.accountId);
  const planned = leaveGroups.plan(before, { keep });
  assert.equal(planned.kind, 'change');
  if (planned.kind === 'change') {
    await leaveGroups.apply(world.client, world.accountId, planned.change);
  }
  return { before, planned };
}

describe('leave groups', () => {
  it('takes the person out of every group, also as its last member, and nobody else', async () => {
    const world = await practise();

    const { planned } = await leaveAll(world);

    assert.deepEqual(membersOf(world), { eng: ['bob'], ops: ['bob'], tea: [] });
    assert.equal(
      planned.kind === 'change' && planned.summary,
      'Remove from 2 groups: Engineering, Tea.',
    );
  });

  it('stays in the groups to keep, by name or by id', async () => {
    const byName = await practise();
    await leaveAll(byName, ['Tea']);
    assert.deepEqual(membersOf(byName), { eng: ['bob'], ops: ['bob'], tea: ['ada'] });

    const byId = await practise();
    await leaveAll(byId, ['eng']);
    assert.deepEqual(membersOf(byId), { eng: ['ada', 'bob'], ops: ['bob'], tea: [] });
  });

  it('goes back into exactly the groups left, and stays in those joined since', async () => {
    const world = await practise();
    const { before } = await leaveAll(world);
    world.server.groups.set('ops', { ...groups[1]!, members: ['bob', 'ada'] });

    const back = leaveGroups.restore?.(await leaveGroups.read(world.client, 'ada'), before);

    assert.equal(back?.kind, 'change');
    if (back?.kind === 'change') await leaveGroups.apply(world.client, 'ada', back.change);
    assert.deepEqual(membersOf(world), {
      eng: ['bob', 'ada'],
      ops: ['bob', 'ada'],
      tea: ['ada'],
    });
  });

  it('still has something to change after a server that lies', async () => {
    const world = await practise();
    world.server.behaviour = 'lies';

    await leaveAll(world);

    const state = await leaveGroups.read(world.client, 'ada');
    assert.equal(leaveGroups.plan(state, {}).kind, 'change');
  });

  it('leaves the group that hands on a membership, not the one that inherits it', async () => {
    const world = await practise({
      groups: [...groups, { id: 'all', displayName: 'Everybody', members: ['eng'] }],
    });

    await leaveAll(world);

    assert.deepEqual(membersOf(world), { eng: ['bob'], ops: ['bob'], tea: [], all: ['eng'] });
    assert.deepEqual(await leaveGroups.read(world.client, 'ada'), { groups: [] });
  });

  it('asks a person when a kept group hands on a membership that must end', async () => {
    const { client } = await practise({
      groups: [groups[0]!, { id: 'all', displayName: 'Everybody', members: ['eng'] }],
    });

    assert.deepEqual(leaveGroups.plan(await leaveGroups.read(client, 'ada'), { keep: ['eng'] }), {
      kind: 'blocked',
      because: 'Still in the group Everybody, through a group nested there that is kept.',
    });
  });

  it('is not kept from the other groups by one that is gone', async () => {
    const world = await practise();
    const them = ['vanished', 'eng', 'tea'].map((id) => ({ id }));

    await leaveGroups.apply(world.client, 'ada', { do: 'leave', groups: them });
    assert.deepEqual(membersOf(world), { eng: ['bob'], ops: ['bob'], tea: [] });

    const back = leaveGroups.apply(world.client, 'ada', { do: 'join', groups: them });
    await assert.rejects(back, failsAs('not-found'));
    assert.deepEqual(membersOf(world), { eng: ['bob', 'ada'], ops: ['bob'], tea: ['ada'] });
  });

  it('touches no group of a server that ignores the search', async () => {
    const { client } = await practise({ quirks: { ...hidden, filters: 'ignored' } });

    await assert.rejects(leaveGroups.read(client, 'ada'), failsAs('unexpected'));
  });

  it('touches no group of a server that ignores the search and hides the members', async () => {
    const quirks = { ...hidden, filters: 'ignored', showsMembersOfGroups: false } as const;
    const { client } = await practise({ quirks });

    await assert.rejects(leaveGroups.read(client, 'ada'), failsAs('unexpected'));
  });

  it('finds the memberships that an account left behind', async () => {
    const { client, server } = await practise();
    server.users.delete('ada');

    const { groups: left } = await leaveGroups.read(client, 'ada');

    assert.deepEqual(
      left.map((it) => it.id),
      ['eng', 'tea'],
    );
  });
});
