import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { suspendAccount } from './suspend-account.ts';
import { setUp, type World } from './test-organisation.ts';

const teams = () => [
  { slug: 'core', name: 'Core', members: [{ id: 1042, role: 'maintainer' as const }] },
];

async function planFor(world: World, accountId = '1042') {
  return suspendAccount.plan(await suspendAccount.read(setUp(world).client, accountId), {});
}

describe('the end of somebody’s access to the organisation', () => {
  keepsPromises(suspendAccount, {}, () =>
    setUp({ more: { teams: teams(), acceptingAtOnce: true } }),
  );
  keepsPromises({ ...suspendAccount, restore: undefined as never }, {}, () =>
    setUp({ priya: { role: undefined as never, isOutside: true } }),
  );
  keepsPromises({ ...suspendAccount, restore: undefined as never }, {}, () =>
    setUp({ priya: { role: undefined as never, isInvited: true } }),
  );
  const invitations = () => [
    { id: 9, login: null, email: 'priya@meadow.example', role: 'direct_member' },
  ];
  keepsPromises(
    { ...suspendAccount, restore: undefined as never, repeatable: undefined as never },
    {},
    () => {
      const world = setUp({ more: { invitations: invitations() } });
      return { ...world, accountId: 'invitation:9', data: world.invitations };
    },
  );

  it('says which teams go with it', async () => {
    const planned = await planFor({ more: { teams: teams() } });
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, 'Remove the member from the organisation, and so from Core.');
  });

  it('goes by the number of the account: a login that changed hands is somebody else', async () => {
    const world = setUp();
    world.user.login = 'pri-writes';
    world.users.push({ id: 77, login: 'pri-codes', role: 'member' });
    const planned = suspendAccount.plan(await suspendAccount.read(world.client, '1042'), {});
    assert.ok(planned.kind === 'change');
    await suspendAccount.apply(world.client, '1042', planned.change);
    assert.deepEqual(
      world.users.filter(({ role }) => role === 'member').map(({ id }) => id),
      [77],
    );
  });

  it('does not touch the only owner, and does touch one of two', async () => {
    const users = [{ id: 5, login: 'ravi', role: 'admin' as const }];
    const priya = { role: 'admin' as const };
    assert.equal((await planFor({ priya, more: { users } })).kind, 'change');
    const world = setUp({ priya });
    world.users[0]!.role = 'member';
    const planned = suspendAccount.plan(await suspendAccount.read(world.client, '1042'), {});
    assert.ok(planned.kind === 'blocked' && /Nobody else owns/.test(planned.because));
  });

  it('is not called reached while a team of the enterprise makes the person a member', async () => {
    const world = setUp({ priya: { enterpriseTeams: ['ent:platform'] } });
    const first = suspendAccount.plan(await suspendAccount.read(world.client, '1042'), {});
    assert.ok(first.kind === 'change');
    await suspendAccount.apply(world.client, '1042', first.change);
    const second = suspendAccount.plan(await suspendAccount.read(world.client, '1042'), {});
    assert.ok(second.kind === 'blocked' && /ent:platform of the enterprise/.test(second.because));
  });

  it('is reached when the account is gone from GitHub altogether', async () => {
    assert.equal((await planFor({}, '4711')).kind, 'done');
  });

  it('is not believed of a GitHub that shows us nobody', async () => {
    const world = setUp();
    for (const user of world.users) user.role = 'member';
    await assert.rejects(
      suspendAccount.read(world.client, '4711'),
      failsAs('not-found', /shows no owner of meadow/),
    );
  });

  it('does not take an invitation that was accepted a moment ago for one that was taken back', async () => {
    const world = setUp({ more: { invitations: invitations() } });
    const planned = suspendAccount.plan(
      await suspendAccount.read(world.client, 'invitation:9'),
      {},
    );
    assert.ok(planned.kind === 'change');
    world.invitations.splice(0);
    await assert.rejects(
      suspendAccount.apply(world.client, 'invitation:9', planned.change),
      failsAs('rejected', /accepted or taken back/),
    );
  });

  it('is undone by an invitation, which the person has to accept', async () => {
    const world = setUp({ more: { teams: teams() } });
    const before = await suspendAccount.read(world.client, '1042');
    const planned = suspendAccount.plan(before, {});
    assert.ok(planned.kind === 'change');
    await suspendAccount.apply(world.client, '1042', planned.change);
    const back = suspendAccount.restore!(await suspendAccount.read(world.client, '1042'), before);
    assert.ok(back.kind === 'change');
    await suspendAccount.apply(world.client, '1042', back.change);
    const now = await suspendAccount.read(world.client, '1042');
    assert.equal(now.standing, 'invited');
    const waits = suspendAccount.restore!(now, before);
    assert.ok(waits.kind === 'by-hand' && /accept the invitation/.test(waits.order.instructions));
  });

  it('cannot be undone for outside collaborators, since GitHub keeps no list of their repositories', () => {
    const gone = {
      standing: 'none',
      onlyOwner: false,
      direct: false,
      enterpriseTeams: [],
      teams: [],
    } as const;
    const was = { ...gone, standing: 'outside collaborator' } as const;
    const planned = suspendAccount.restore!(
      { ...gone, enterpriseTeams: [], teams: [] },
      { ...was, enterpriseTeams: [], teams: [] },
    );
    assert.equal(planned.kind, 'blocked');
  });
});
