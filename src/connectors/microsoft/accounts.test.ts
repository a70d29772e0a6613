import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';
import { removeMethods } from './remove-methods.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { suspendAccount } from './suspend-account.ts';
import { carryOut, priyaId, samId, setUp } from './test-tenant.ts';

const external = { userPrincipalName: 'priya_elsewhere.example#EXT#@meadow.example' };

describe('blocking in Entra ID', () => {
  it('is left to the Active Directory that keeps the user', async () => {
    const { planned } = await carryOut(suspendAccount, setUp({ priya: { synced: true } }));
    assert.ok(planned.kind === 'blocked' && /Active Directory/.test(planned.because));
    const blocked = setUp({ priya: { synced: true, accountEnabled: false } });
    assert.equal((await carryOut(suspendAccount, blocked)).planned.kind, 'done');
  });

  it('does not take a user that is gone, or out of our sight, for blocked', async () => {
    await assert.rejects(
      suspendAccount.read(setUp().client, samId.replace('2', '9')),
      failsAs('not-found'),
    );
  });
});

describe('sessions in Entra ID', () => {
  it('are ended once more whatever was ended before, and read back by the moment that moved', async () => {
    const world = setUp();
    const { planned, after } = await carryOut(revokeSessions, world);
    assert.equal(planned.kind, 'change');
    assert.ok(after.kind === 'done' && after.because.includes(world.user.validFrom ?? '-'));
    assert.equal((await carryOut(revokeSessions, world)).planned.kind, 'change');
  });

  it('are not called ended while the moment has not moved', async () => {
    const { client } = setUp();
    const before = await revokeSessions.read(client, priyaId);
    const now = await revokeSessions.read(client, priyaId, { params: {}, before });
    assert.equal(revokeSessions.plan(now, {}).kind, 'change');
  });

  it('of somebody who signs in elsewhere are not promised to end, although Graph says yes', async () => {
    const world = setUp({ priya: external });
    const { planned } = await carryOut(revokeSessions, world);
    assert.equal(planned.kind, 'blocked');
    await world.client.endSessions(priyaId);
    assert.equal(world.user.validFrom, undefined);
  });
});

describe('passwords in Entra ID', () => {
  it('are read back by the moment of the change', async () => {
    const { planned, after } = await carryOut(resetPassword, setUp());
    assert.deepEqual([planned.kind, after.kind], ['change', 'done']);
  });

  it('are replaced where they are kept', async () => {
    for (const [priya, keeper] of [
      [{ synced: true as const }, /Active Directory/],
      [external, /another organisation/],
    ] as const) {
      const { planned } = await carryOut(resetPassword, setUp({ priya }));
      assert.ok(planned.kind === 'blocked' && keeper.test(planned.because));
    }
  });
});

describe('ways to sign in to Entra ID', () => {
  const { methods } = {
    methods: [
      { id: 'a', type: 'fido2', isDefault: true as const },
      { id: 'b', type: 'phone', phoneType: 'mobile' as const },
      { id: 'c', type: 'phone', phoneType: 'alternateMobile' as const },
      { id: 'd', type: 'qrCodePin' },
    ],
  };

  it('go, the default one last and a mobile number after the one that needs it', async () => {
    const world = setUp({ priya: { methods: methods.slice(0, 3) } });
    const { after } = await carryOut(removeMethods, world);
    assert.equal(after.kind, 'done');
    assert.deepEqual(world.user.methods, []);
  });

  it('are never the password, and no numbers or names of devices are kept of them', async () => {
    const { client } = setUp({ priya: { methods: methods.slice(0, 3) } });
    const state = await removeMethods.read(client, priyaId);
    assert.deepEqual(
      state.methods.map(({ type }) => type),
      ['fido2', 'phone', 'phone'],
    );
    assert.ok(!JSON.stringify(state).includes('+44'));
  });

  it('that v1.0 cannot remove are named to a person', async () => {
    const world = setUp({ priya: { methods: methods.slice(3) } });
    const { planned } = await carryOut(removeMethods, world);
    assert.ok(planned.kind === 'blocked' && planned.because.includes('qrCodePin'));
  });

  it('that are refused for another reason stop with Microsoft’s words', async () => {
    const world = setUp({ priya: { methods: methods.slice(0, 2) } });
    // Another method than those we were told of needs the default one.
    await assert.rejects(
      removeMethods.apply(world.client, priyaId, [{ id: 'a', type: 'fido2' }]),
      failsAs('rejected', /default method/),
    );
  });
});

describe('users in Entra ID', () => {
  it('are deleted into a bin, and come back from it', async () => {
    const world = setUp();
    const { after } = await carryOut(deleteAccount, world);
    assert.ok(after.kind === 'done' && /30 days/.test(after.because));
    world.deleted.length = 0;
    const gone = await deleteAccount.read(world.client, priyaId);
    assert.equal(deleteAccount.plan(gone, {}).kind, 'done');
    assert.equal(deleteAccount.restore?.(gone, { user: 'there', synced: false }).kind, 'blocked');
  });

  it('are deleted by the Active Directory that keeps them', async () => {
    const { planned } = await carryOut(deleteAccount, setUp({ priya: { synced: true } }));
    assert.equal(planned.kind, 'blocked');
  });

  it('are opened again, not made a second time', async () => {
    const world = setUp({ priya: { accountEnabled: false } });
    const email = 'priya.nair@meadow.example';
    const person = { name: 'Priya', email, employeeNumber: '1', department: null, title: null };
    const planned = createAccount.plan(await createAccount.read(world.client, email), { person });
    assert.ok(planned.kind === 'change' && planned.change.do === 'open');
  });
});
