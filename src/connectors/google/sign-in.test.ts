import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { actionsOf } from '#connector-kit/contract.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { Capability } from '#core/capability.ts';
import { google } from './index.ts';
import { removeFactors } from './remove-factors.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { suspendAccount } from './suspend-account.ts';
import { planFor, setUp } from './test-company.ts';

describe('suspending in Google', () => {
  keepsPromises(suspendAccount, {}, () => setUp());

  it('comes after everything that Google refuses for a suspended user', () => {
    const before = (second: Capability) =>
      actionsOf(google, {})
        .filter(({ mustPrecede = [] }) => mustPrecede.includes(second))
        .map(({ capability }) => capability);
    for (const first of ['password.reset', 'sessions.revoke', 'mfa.remove', 'tokens.revoke']) {
      assert.ok(before('account.suspend').includes(first as Capability), first);
    }
    assert.deepEqual(before('sessions.revoke'), ['password.reset']);
    assert.deepEqual(before('mfa.remove'), ['password.reset', 'sessions.revoke']);
  });

  it('is done for an archived user, who cannot sign in either', async () => {
    const planned = await planFor(suspendAccount, setUp({ archived: true }).client, {});
    assert.deepEqual(planned, { kind: 'done', because: 'The account is archived.' });
  });

  it('is not taken for done where Google itself suspended the account', async () => {
    const { client } = setUp({ suspended: true, suspensionReason: 'ABUSE' });
    const planned = await planFor(suspendAccount, client, {});
    assert.ok(planned.kind === 'blocked' && /ABUSE/.test(planned.because));
  });

  it('is not lifted where Google itself suspended the account since, which no administrator can', async () => {
    const world = setUp({ suspended: true, suspensionReason: 'ABUSE' });
    const before = { suspended: false, reason: null, archived: false };
    const back = suspendAccount.restore!(await suspendAccount.read(world.client, 'priya'), before);
    assert.equal(back.kind, 'blocked');
    await assert.rejects(
      suspendAccount.apply(world.client, 'priya', 'lift'),
      failsAs('rejected', /suspended by Google/),
    );
  });

  it('does not take a user that is gone for suspended', async () => {
    await assert.rejects(suspendAccount.read(setUp().client, 'nobody'), failsAs('not-found'));
  });
});

describe('second factors in Google', () => {
  const all = {
    ...{ isEnrolledIn2Sv: true, recoveryEmail: 'p@home.example', recoveryPhone: '+4930123456' },
    backupCodes: ['12345678', '23456789'],
  };
  keepsPromises(removeFactors, {}, () => setUp({ ...all }));
  keepsPromises(removeFactors, {}, () => setUp({ recoveryPhone: '+4930123456' }));

  it('are told as counts: no code, address or number is kept as evidence', async () => {
    const { client } = setUp({ ...all });
    const now = await removeFactors.read(client, 'priya');
    assert.doesNotMatch(JSON.stringify(now), /12345678|home\.example|4930123456/);
    const planned = removeFactors.plan(now, {});
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'Take back 2 backup codes, clear the recovery address, clear the recovery number, turn off 2-step verification.',
    );
  });

  it('stay where they are enforced, which is told, and keep nobody from being suspended', async () => {
    const { client, user } = setUp(
      { ...all, orgUnitPath: '/Sales' },
      { enforcingUnits: ['/Sales'] },
    );
    const planned = await planFor(removeFactors, client, {});
    assert.ok(planned.kind === 'change' && !planned.change.turnOff);
    await removeFactors.apply(client, 'priya', planned.change);
    assert.deepEqual([user.backupCodes, user.recoveryEmail, user.recoveryPhone], [[], '', '']);
    const after = await planFor(removeFactors, client, {});
    assert.ok(
      after.kind === 'done' && /stays on, since it is enforced in \/Sales/.test(after.because),
    );
    // Google would not have done it.
    await assert.rejects(client.turnOff2Sv('priya'), failsAs('rejected', /enforced/));
  });

  it('go where a unit that does not enforce them is named, once Google knows', async () => {
    const enforcingUnits = ['/Sales', '/Leavers'];
    const world = setUp({ ...all, orgUnitPath: '/Sales' }, { enforcingUnits });
    const params = { unit: '/Leavers' };
    const first = await planFor(removeFactors, world.client, params);
    assert.ok(
      first.kind === 'change' && first.change.moveTo === '/Leavers' && !first.change.turnOff,
    );
    await removeFactors.apply(world.client, 'priya', first.change);
    assert.equal((await planFor(removeFactors, world.client, params)).kind, 'underway');
    enforcingUnits.pop();
    const second = await planFor(removeFactors, world.client, params);
    assert.ok(second.kind === 'change' && second.change.turnOff && second.change.moveTo === null);
    await removeFactors.apply(world.client, 'priya', second.change);
    assert.equal((await planFor(removeFactors, world.client, params)).kind, 'done');
  });

  it('are asked about when the account is suspended already: Google takes back none', async () => {
    const { client, user } = setUp({ ...all, suspended: true });
    const planned = await planFor(removeFactors, client, {});
    assert.ok(
      planned.kind === 'change' && planned.summary.startsWith('Clear the recovery address'),
    );
    await removeFactors.apply(client, 'priya', planned.change);
    assert.equal(user.recoveryEmail, '');
    const after = await planFor(removeFactors, client, {});
    assert.ok(after.kind === 'blocked' && /while the account is suspended/.test(after.because));
    await assert.rejects(client.invalidateBackupCodes('priya'), failsAs('rejected', /suspended/));
  });
});

describe('tokens in Google', () => {
  const held = () => ({
    tokens: [
      { clientId: '1.apps.googleusercontent.com', displayText: 'Reports' },
      { clientId: '2.apps.googleusercontent.com', displayText: 'Calendar app' },
    ],
    appPasswords: [{ codeId: 7, name: 'Old phone' }],
    sshPublicKeys: [{ key: 'ssh-ed25519 AAAA' }],
    posixAccounts: [{ username: 'priya' }],
  });
  keepsPromises(revokeTokens, {}, () => setUp(held()));
  keepsPromises(revokeTokens, {}, () => setUp({ sshPublicKeys: [{ key: 'ssh-ed25519 AAAA' }] }));

  it('are named in the plan, keys of machines included', async () => {
    const planned = await planFor(revokeTokens, setUp(held()).client, {});
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'End access of Reports, Calendar app; app passwords Old phone; 1 SSH keys; 1 OS logins.',
    );
  });

  it('that ended meanwhile do not stop the others', async () => {
    const world = setUp(held());
    const planned = await planFor(revokeTokens, world.client, {});
    assert.ok(planned.kind === 'change');
    world.user.tokens?.shift();
    world.user.appPasswords = [];
    await revokeTokens.apply(world.client, 'priya', planned.change);
    assert.equal((await planFor(revokeTokens, world.client, {})).kind, 'done');
  });
});

describe('commands to Google', () => {
  it('end every session', async () => {
    const { client, user } = setUp({ sessions: 3 });
    const { summary } = await revokeSessions.send(client, 'priya', {});
    assert.equal(user.sessions, 0);
    assert.match(summary, /took the request/);
  });

  it('replace the password, sign out with it, and keep it to themselves', async () => {
    const { client, user } = setUp({ sessions: 3, password: 'old' });
    const { summary } = await resetPassword.send(client, 'priya', {});
    assert.equal(user.sessions, 0);
    assert.ok(user.password && user.password.length > 40);
    assert.ok(!summary.includes(user.password));
    // Google takes 8 to 100 characters.
    assert.ok(user.password.length <= 100);
  });
});
