import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyAction } from '#connector-kit/contract.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { deleteAccount } from './delete-account.ts';
import type { FakeDirectory, FakeUser } from './fake-records.ts';
import { keycloak } from './index.ts';
import { removeCredentials } from './remove-credentials.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { suspendAccount } from './suspend-account.ts';
import { setUp } from './test-realm.ts';

const directory = (editMode: FakeDirectory['editMode']) => ({
  directories: [{ id: 'ldap', name: 'head office', editMode }],
});
const fromLdap = { federationLink: 'ldap' };
const withoutCopy: Partial<FakeUser> = { id: 'f:ldap:priya', origin: 'ldap' };

describe('disabling in Keycloak', () => {
  keepsPromises(suspendAccount, {}, () => setUp());
  keepsPromises(suspendAccount, {}, () => setUp(withoutCopy, directory('WRITABLE')));

  it('says that a directory that is only read hears nothing of it', async () => {
    const { client } = setUp(fromLdap, directory('READ_ONLY'));
    const planned = suspendAccount.plan(await suspendAccount.read(client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    assert.match(planned.summary, /in Keycloak only: it may not write to head office/);
  });

  it('is left to a person where Keycloak has no copy and may not write', async () => {
    const { client, accountId } = setUp(withoutCopy, directory('READ_ONLY'));
    const planned = suspendAccount.plan(await suspendAccount.read(client, accountId), {});
    assert.ok(planned.kind === 'blocked' && /head office alone/.test(planned.because));
    await assert.rejects(client.setEnabled(accountId, false), failsAs('rejected', /read only/));
  });

  it('does not take a user that is gone for disabled', async () => {
    await assert.rejects(suspendAccount.read(setUp().client, 'nobody'), failsAs('not-found'));
  });
});

describe('sessions in Keycloak', () => {
  const held = { sessions: 2, offline: ['mobile', 'mail'], consents: ['mobile'] };
  keepsPromises(revokeSessions, {}, () => setUp(held));

  it('that are offline outlive a sign-out, and are ended by themselves', async () => {
    const { client, user } = setUp(held);
    await client.logOut('priya');
    const planned = revokeSessions.plan(await revokeSessions.read(client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, 'End offline sessions of mail, mobile.');
    await revokeSessions.apply(client, 'priya', planned.change);
    assert.deepEqual([user.offline, user.consents], [[], ['mobile']]);
  });
});

describe('tokens in Keycloak', () => {
  keepsPromises(revokeTokens, {}, () => setUp({ offline: ['mobile'], consents: ['wiki'] }));
});

describe('what people sign in with in Keycloak', () => {
  const held = {
    passwordSetAt: 1,
    credentials: [
      { id: 'c1', type: 'otp' },
      { id: 'c2', type: 'webauthn-passwordless' },
      { id: 'c3', type: 'password-history' },
    ],
    links: ['google'],
  };
  keepsPromises(removeCredentials, {}, () => setUp(held));

  it('goes, but for the password', async () => {
    const { client, user } = setUp(held);
    const planned = removeCredentials.plan(await removeCredentials.read(client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, 'Remove otp, webauthn-passwordless, the link to google.');
    await removeCredentials.apply(client, 'priya', planned.change);
    assert.deepEqual([user.credentials?.map(({ id }) => id), user.passwordSetAt], [['c3'], 1]);
  });

  it('is removed by a person where a directory keeps it', async () => {
    const { client } = setUp({ credentials: [{ type: 'otp' }] });
    const planned = removeCredentials.plan(await removeCredentials.read(client, 'priya'), {});
    assert.ok(planned.kind === 'blocked' && /otp, kept by a directory/.test(planned.because));
  });
});

describe('the password in Keycloak', () => {
  it('becomes a random one, and it is said since when', async () => {
    const { client } = setUp({ passwordSetAt: 1 });
    const { summary } = await resetPassword.send(client, 'priya', {});
    assert.match(summary, /since 2026-11-29T08:00:01/);
  });

  it('is not believed to be new when its date did not move', async () => {
    const world = setUp({ passwordSetAt: 1 });
    const lying = { ...world.client, setPassword: async () => {} };
    await assert.rejects(resetPassword.send(lying, 'priya', {}), failsAs('unexpected', /date/));
  });

  it('is replaced in the directory that keeps it, or by a person there', async () => {
    const writable = setUp(fromLdap, directory('WRITABLE'));
    const { summary } = await resetPassword.send(writable.client, 'priya', {});
    assert.match(summary, /for head office/);
    const { client } = setUp(fromLdap, directory('READ_ONLY'));
    await assert.rejects(
      resetPassword.send(client, 'priya', {}),
      failsAs('rejected', /replace it there/),
    );
  });
});

describe('deleting in Keycloak', () => {
  keepsPromises(deleteAccount, {}, () => setUp());
  keepsPromises(deleteAccount, {}, () => setUp(fromLdap, directory('WRITABLE')));

  it('is left to a person where the user would come back from the directory', async () => {
    for (const editMode of ['READ_ONLY', 'UNSYNCED'] as const) {
      const { client } = setUp(fromLdap, directory(editMode));
      const planned = deleteAccount.plan(await deleteAccount.read(client, 'priya'), {});
      assert.ok(planned.kind === 'blocked' && /from head office/.test(planned.because));
    }
  });

  it('does not take a user out of our sight for deleted', async () => {
    const { client } = setUp({}, { holds: ['view-realm'] });
    await assert.rejects(deleteAccount.read(client, 'priya'), failsAs('forbidden'));
  });
});

describe('the roles that an action needs', () => {
  const person = {
    ...{ name: 'Sam Okafor', email: 'sam@meadow.example', employeeNumber: 'E-2' },
    ...{ department: null, title: null },
  };
  const params: Readonly<Record<string, unknown>> = {
    'groups.join': { groups: ['/Choir'] },
    'account.create': { person },
  };
  const carryOut = async (action: AnyAction, holds: readonly string[]) => {
    const { client } = setUp(
      {
        ...fromLdap,
        ...{ sessions: 1, offline: ['mail'], links: ['google'], realmRoles: ['lead'] },
        clientRoles: { 'realm-management': ['view-users'] },
      },
      {
        holds,
        ...directory('WRITABLE'),
        groups: [
          { id: 'g', path: '/Sales', members: ['priya'] },
          { id: 'h', path: '/Choir', members: [] },
        ],
      },
    );
    const given = params[action.capability] ?? {};
    if (action.kind === 'command') return void (await action.send(client, 'priya', given));
    assert.ok(action.kind === 'transition');
    const accountId = action.capability === 'account.create' ? person.email : 'priya';
    const planned = action.plan(await action.read(client, accountId), given);
    assert.ok(planned.kind === 'change');
    await action.apply(client, accountId, planned.change);
  };

  for (const action of keycloak.actions as readonly AnyAction[]) {
    it(`are enough for ${action.capability}, and none is too much`, async () => {
      await carryOut(action, action.scopes);
      for (const left of action.scopes) {
        const rest = action.scopes.filter((it) => it !== left);
        await assert.rejects(carryOut(action, rest), failsAs('forbidden'), left);
      }
    });
  }
});
