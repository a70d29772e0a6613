import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { removeRolesByHand } from './by-hand.ts';
import type { FakeSlackUser } from './fake-data.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { priyaId, settingsFor, setUp } from './test-workspace.ts';

describe('sessions in an organisation', () => {
  const sessions = [41, 42, 43];
  keepsPromises(revokeSessions, {}, () => setUp('enterprise', { sessions: [...sessions] }));

  it('are not called ended because Slack said ok: that only means queued', async () => {
    const world = setUp('enterprise', { sessions: [...sessions] }, { slowly: true });
    const plan = async () =>
      revokeSessions.plan(await revokeSessions.read(world.client, priyaId), {});
    await revokeSessions.apply(world.client, priyaId, 'reset');
    assert.deepEqual(await plan(), {
      kind: 'change',
      summary: 'End all 3 sessions.',
      change: 'reset',
    });
    world.settle();
    assert.equal((await plan()).kind, 'done');
  });

  it('are seen on every page, of nobody else, and of somebody without workspaces', async () => {
    const users = [{ id: 'U0SAM', sessions: [1, 2, 3] }];
    const priya = { sessions: [44, 45], deleted: true, workspaces: {} };
    const { client } = setUp('enterprise', priya, { users, pageSize: 2 });
    const { sessionIds } = await revokeSessions.read(client, priyaId);
    assert.deepEqual(sessionIds, [44, 45]);
  });
});

describe('roles in an organisation', () => {
  const owner = (): Partial<FakeSlackUser> => ({
    rank: 'owner',
    workspaces: { T0LAB: 'owner', T0SALES: 'owner' },
  });
  keepsPromises(removeRoles, {}, () => setUp('enterprise', owner()));
  describe('of workspaces only', () => {
    keepsPromises(removeRoles, {}, () =>
      setUp('enterprise', { workspaces: { T0LAB: 'admin', T0SALES: 'owner', T0TOWN: 'member' } }),
    );
  });

  it('go in the organisation first: its admins are refused in a workspace', async () => {
    const world = setUp('enterprise', { rank: 'admin', workspaces: { T0LAB: 'admin' } });
    await assert.rejects(
      world.client.setRole(priyaId, 'T0LAB', 'Regular'),
      failsAs('rejected', /cannot_set_org_admin/),
    );
    const planned = removeRoles.plan(await removeRoles.read(world.client, priyaId), {});
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'Make a member instead of admin of the organisation, admin of T0LAB.',
    );
    await removeRoles.apply(world.client, priyaId, planned.change);
    assert.deepEqual([world.user.rank, world.user.workspaces], ['member', { T0LAB: 'member' }]);
  });

  it('of the primary owner are handed over first', async () => {
    const { client } = setUp('enterprise', { rank: 'primary owner' });
    const planned = removeRoles.plan(await removeRoles.read(client, priyaId), {});
    assert.ok(planned.kind === 'blocked' && /primary ownership/.test(planned.because));
  });

  it('are tried again where Slack changed only some workspaces', async () => {
    const world = setUp('enterprise', owner());
    world.failNext(Response.json({ ok: false, error: 'failed_to_set_regular_on_workspaces' }));
    await assert.rejects(
      removeRoles.apply(world.client, priyaId, { do: 'take', at: ['E0MEADOW'] }),
      failsAs('unavailable'),
    );
  });
});

describe('roles below Enterprise', () => {
  const action = removeRolesByHand(settingsFor('business'));

  it('are taken away by a person, and settled by what Slack shows', async () => {
    const world = setUp('business', { rank: 'admin' });
    const before = await action.read(world.client, priyaId);
    const planned = action.plan(before, {});
    assert.ok(planned.kind === 'by-hand');
    assert.match(planned.order.instructions, /who is admin.*Change account type, Member/);

    world.user.rank = 'member';
    const after = await action.read(world.client, priyaId);
    assert.equal(action.plan(after, {}).kind, 'done');
    const back = action.restore!(after, before);
    assert.ok(
      back.kind === 'by-hand' && /Change account type, admin/.test(back.order.instructions),
    );
  });

  it('of the primary owner are handed over first', async () => {
    const { client } = setUp('business', { rank: 'primary owner' });
    assert.equal(action.plan(await action.read(client, priyaId), {}).kind, 'blocked');
  });
});
