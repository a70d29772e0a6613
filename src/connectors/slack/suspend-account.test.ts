import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { suspendByHand } from './by-hand.ts';
import { suspendAccount } from './suspend-account.ts';
import { priyaId, settingsFor, setUp } from './test-workspace.ts';

describe('blocking in a workspace with SCIM', () => {
  keepsPromises(suspendAccount(settingsFor('business')), {}, () => setUp('business'));
});

describe('blocking in an organisation', () => {
  const action = suspendAccount(settingsFor('enterprise'));
  keepsPromises(action, {}, () => setUp('enterprise'));

  it('is only queued at first, and not called done before Slack shows it', async () => {
    const world = setUp('enterprise', {}, { slowly: true });
    const plan = async () => action.plan(await action.read(world.client, priyaId), {});
    const first = await plan();
    assert.ok(first.kind === 'change');
    await action.apply(world.client, priyaId, first.change);
    assert.equal((await plan()).kind, 'change');
    world.settle();
    assert.equal((await plan()).kind, 'done');
  });

  it('brings a member back into every workspace, which Slack does not do by itself', async () => {
    const world = setUp('enterprise');
    const before = await action.read(world.client, priyaId);
    await action.apply(world.client, priyaId, { do: 'deactivate' });
    assert.deepEqual(world.user.workspaces, {});
    const back = action.restore!(await action.read(world.client, priyaId), before);
    assert.ok(back.kind === 'change');
    assert.match(back.summary, /back into T0LAB, T0SALES/);
    await action.apply(world.client, priyaId, back.change);
    assert.deepEqual(Object.keys(world.user.workspaces ?? {}).sort(), ['T0LAB', 'T0SALES']);
  });

  it('brings a guest back, and leaves the channels to a person', async () => {
    const world = setUp('enterprise', { guest: 'multi-channel' });
    const before = await action.read(world.client, priyaId);
    await action.apply(world.client, priyaId, { do: 'deactivate' });
    const back = async () => action.restore!(await action.read(world.client, priyaId), before);
    const first = await back();
    assert.ok(first.kind === 'change');
    await action.apply(world.client, priyaId, first.change);
    assert.equal(world.user.deleted, false);
    const rest = await back();
    assert.ok(rest.kind === 'blocked' && /by hand/.test(rest.because));
  });

  it('comes before the sessions end, or the person signs straight back in', () => {
    assert.deepEqual(action.mustPrecede, ['sessions.revoke']);
  });
});

describe('the primary owner', () => {
  it('is touched on no plan: the ownership has to be handed over first', async () => {
    for (const plan of ['business', 'enterprise'] as const) {
      const action = suspendAccount(settingsFor(plan));
      const { client } = setUp(plan, { rank: 'primary owner' });
      const planned = action.plan(await action.read(client, priyaId), {});
      assert.ok(planned.kind === 'blocked' && /primary ownership/.test(planned.because), plan);
    }
    const byHand = suspendByHand(settingsFor('free'));
    const { client } = setUp('free', { rank: 'primary owner' });
    assert.equal(byHand.plan(await byHand.read(client, priyaId), {}).kind, 'blocked');
  });

  it('is refused by Slack all the same, in its own words', async () => {
    const { client } = setUp('enterprise', { rank: 'primary owner' });
    await assert.rejects(
      client.deactivate(priyaId),
      failsAs('rejected', /cannot_modify_primary_owner/),
    );
  });
});

describe('blocking on the plans without an interface', () => {
  const action = suspendByHand(settingsFor('pro'));
  const read = (world: ReturnType<typeof setUp>) => action.read(world.client, priyaId);

  it('is asked of a person by name, and settled by what Slack shows', async () => {
    const world = setUp('pro');
    const before = await read(world);
    const planned = action.plan(before, {});
    assert.ok(planned.kind === 'by-hand' && planned.then === null);
    assert.match(
      planned.order.instructions,
      /Find Priya\.Nair@meadow\.example.*Deactivate account/,
    );
    assert.deepEqual(planned.order.assignTo, { role: 'it-admin' });

    world.user.deleted = true;
    const after = await read(world);
    assert.deepEqual(action.plan(after, {}), {
      kind: 'done',
      because: 'The account is deactivated.',
    });
    const back = action.restore!(after, before);
    assert.ok(back.kind === 'by-hand' && /Activate account/.test(back.order.instructions));
    world.user.deleted = false;
    assert.equal(action.restore!(await read(world), before).kind, 'done');
  });

  it('keeps a state that survives storage', async () => {
    const state = await read(setUp('pro'));
    assert.deepEqual(action.state.parse(JSON.parse(JSON.stringify(state))), state);
  });

  it('does not take somebody who is out of our sight for blocked', async () => {
    await assert.rejects(action.read(setUp('pro').client, 'U0NOBODY'), failsAs('not-found'));
  });
});
