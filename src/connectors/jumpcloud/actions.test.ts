import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { deleteAccount } from './delete-account.ts';
import type { FakeGroup } from './fake.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { removeFactors } from './remove-factors.ts';
import { removeRoles } from './remove-roles.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { suspendAccount } from './suspend-account.ts';
import { setUp } from './test-directory.ts';

describe('suspending in JumpCloud', () => {
  keepsPromises(suspendAccount, {}, () => setUp());

  it('has no way back to a user who was never let in', () => {
    const back = suspendAccount.restore!({ state: 'SUSPENDED' }, { state: 'STAGED' });
    assert.ok(back.kind === 'blocked' && /never activated/.test(back.because));
  });

  it('does not take a user out of our sight for suspended', async () => {
    await assert.rejects(suspendAccount.read(setUp().client, 'nobody'), failsAs('not-found'));
  });

  it('is what signs people out, and nothing else does', async () => {
    const { client } = setUp();
    await assert.rejects(
      revokeSessions.send(client, 'priya', {}),
      failsAs('rejected', /not suspended/),
    );
    await client.change('priya', { state: 'SUSPENDED' });
    assert.match((await revokeSessions.send(client, 'priya', {})).summary, /states/);
  });
});

describe('the password in JumpCloud', () => {
  it('becomes a random one, and it is said since when', async () => {
    const { client } = setUp();
    const { summary } = await resetPassword.send(client, 'priya', {});
    assert.match(summary, /since 2026-11-29T08:00:01/);
  });

  it('is not believed to be new when its date did not move', async () => {
    const { client } = setUp();
    const lying = { ...client, change: async () => {} };
    await assert.rejects(resetPassword.send(lying, 'priya', {}), failsAs('unexpected', /date/));
  });

  it('is left to the Active Directory that keeps it', async () => {
    const { client } = setUp({ delegated: true });
    await assert.rejects(
      resetPassword.send(client, 'priya', {}),
      failsAs('rejected', /Active Directory/),
    );
  });
});

describe('second factors in JumpCloud', () => {
  const held = () => ({ totp: true, push: [{ id: 'p1', name: 'phone' }] });
  keepsPromises(removeFactors, {}, () => setUp(held()));

  it('that the API cannot remove are not called gone', async () => {
    const { client } = setUp({ ...held(), webAuthn: true });
    const planned = removeFactors.plan(await removeFactors.read(client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, 'Remove one-time codes, phone.');
    await removeFactors.apply(client, 'priya', planned.change);
    const left = removeFactors.plan(await removeFactors.read(client, 'priya'), {});
    assert.ok(left.kind === 'blocked' && /security key or passkey/.test(left.because));
  });
});

describe('keys and roles in JumpCloud', () => {
  keepsPromises(revokeTokens, {}, () => setUp({ sshKeys: [{ _id: 'k1', name: 'laptop' }] }));
  keepsPromises(removeRoles, {}, () => setUp({ sudo: true }));

  it('an administrator of JumpCloud itself is left to a person', async () => {
    const { client } = setUp({ administrator: 'Manager' });
    const planned = removeRoles.plan(await removeRoles.read(client, 'priya'), {});
    assert.ok(
      planned.kind === 'blocked' && /administers JumpCloud \(Manager\)/.test(planned.because),
    );
  });
});

describe('groups in JumpCloud', () => {
  const groups = (): FakeGroup[] => [
    { id: 'g1', name: 'Sales', members: ['priya', 'sam'] },
    { id: 'g2', name: 'VPN', members: ['priya'], method: 'DYNAMIC_REVIEW_REQUIRED' },
    { id: 'g3', name: 'Choir: basses', members: [] },
    { id: 'g4', name: 'Everybody', members: [], method: 'DYNAMIC_AUTOMATED' },
  ];
  const world = () => {
    const made = setUp({}, { groups: groups() });
    return { ...made, data: made.groups };
  };
  keepsPromises(leaveGroups, { keep: ['VPN'] }, world);
  keepsPromises(joinGroups, { groups: ['Choir: basses'] }, world);

  it('that a rule fills are left to whoever changes the rule', async () => {
    const byRule = [
      { id: 'r', name: 'Rule', members: ['priya'], method: 'DYNAMIC_AUTOMATED' as const },
    ];
    const { client } = setUp({}, { groups: byRule });
    const planned = leaveGroups.plan(await leaveGroups.read(client, 'priya'), {});
    assert.ok(planned.kind === 'blocked' && /by a rule/.test(planned.because));
  });

  it('are all looked for before one is joined', async () => {
    const made = world();
    const join = (name: string) =>
      joinGroups.apply(made.client, 'priya', { do: 'join', groups: ['Choir: basses', name] });
    await assert.rejects(join('Rowing'), failsAs('rejected', /no group “Rowing”/));
    await assert.rejects(join('Everybody'), failsAs('rejected', /filled by a rule/));
    assert.deepEqual(made.groups[2]!.members, []);
  });
});

describe('the end of a user in JumpCloud', () => {
  keepsPromises(deleteAccount, {}, () => setUp());

  it('is not concluded from being refused', async () => {
    const { client, failNext } = setUp();
    failNext(Response.json({ message: 'Forbidden' }, { status: 403 }));
    await assert.rejects(deleteAccount.read(client, 'priya'), failsAs('forbidden'));
  });
});
