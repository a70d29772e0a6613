import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { deleteAccount } from './delete-account.ts';
import type { FakeGroup } from './fake.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { suspendAccount } from './suspend-account.ts';
import { setUp } from './test-organisation.ts';

const unmanaged = { unmanaged: true } as const;
const synced = { obstacle: 'externalDirectory.scim' } as const;
const deactivate = { how: 'deactivate' } as const;

describe('blocking in Atlassian', () => {
  keepsPromises(suspendAccount, deactivate, () => setUp());
  keepsPromises(suspendAccount, deactivate, () => setUp(unmanaged));
  keepsPromises(suspendAccount, { how: 'suspend access' }, () =>
    setUp({ directories: [{ id: 'd1' }, { id: 'd2' }] }),
  );

  it('says that the person is written to', async () => {
    const { client, accountId } = setUp();
    const planned = suspendAccount.plan(await suspendAccount.read(client, accountId), deactivate);
    assert.ok(planned.kind === 'change' && /writes to the person/.test(planned.summary));
  });

  it('says of an account that is not the company’s that it opens other doors still', async () => {
    const { client, accountId } = setUp({
      ...unmanaged,
      directories: [{ id: 'd1', suspended: true }],
    });
    const planned = suspendAccount.plan(await suspendAccount.read(client, accountId), deactivate);
    assert.ok(planned.kind === 'done' && /not the company’s/.test(planned.because));
  });

  it('is left to the identity provider that keeps the account', async () => {
    const { client, accountId } = setUp(synced);
    const planned = suspendAccount.plan(await suspendAccount.read(client, accountId), deactivate);
    assert.ok(planned.kind === 'blocked' && /from your identity provider/.test(planned.because));
    await assert.rejects(
      client.deactivate(accountId),
      failsAs('forbidden', /externalDirectory.scim/),
    );
  });

  it('does not take an account out of our sight for blocked, nor a key with scopes for one without', async () => {
    await assert.rejects(suspendAccount.read(setUp().client, 'nobody'), failsAs('not-found'));
    const { client, accountId } = setUp({}, { scoped: true });
    await assert.rejects(suspendAccount.read(client, accountId), failsAs('forbidden'));
  });
});

describe('API tokens in Atlassian', () => {
  const tokens = () => [
    { id: 't1', label: 'export' },
    { id: 't2', label: 'script' },
  ];
  keepsPromises(revokeTokens, {}, () => setUp({ tokens: tokens() }));

  it('stay listed when the account is deactivated, and are ended one by one', async () => {
    const { client, accountId, member } = setUp({ tokens: tokens() });
    await client.deactivate(accountId);
    const planned = revokeTokens.plan(await revokeTokens.read(client, accountId), {});
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, 'End export, script.');
    await revokeTokens.apply(client, accountId, planned.change);
    assert.deepEqual(member.tokens, []);
  });

  it('of an account that is not the company’s are not called ended', async () => {
    const { client, accountId } = setUp({ ...unmanaged, tokens: tokens() });
    const planned = revokeTokens.plan(await revokeTokens.read(client, accountId), {});
    assert.ok(planned.kind === 'blocked' && /only the person sees/.test(planned.because));
  });
});

describe('administrators of an Atlassian organisation', () => {
  const jira = 'ari:cloud:jira::site/1';
  const roles = [
    { role: 'atlassian/org-admin', resource: null },
    { role: 'atlassian/admin', resource: jira },
    { role: 'atlassian/user', resource: jira },
  ];
  keepsPromises(removeRoles, {}, () => setUp({ roles: [...roles] }));

  it('stop being it, and go on using the apps', async () => {
    const { client, accountId, member } = setUp({ roles: [...roles] });
    const planned = removeRoles.plan(await removeRoles.read(client, accountId), {});
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, `Take away admin of ${jira}, org-admin.`);
    await removeRoles.apply(client, accountId, planned.change);
    assert.deepEqual(member.roles, [roles[2]]);
  });

  it('through a group are not called ordinary', async () => {
    const through = [{ role: 'atlassian/admin', resource: jira, method: 'group_direct' as const }];
    const { client, accountId } = setUp({ roles: through });
    const planned = removeRoles.plan(await removeRoles.read(client, accountId), {});
    assert.ok(planned.kind === 'blocked' && /through a group/.test(planned.because));
  });
});

describe('groups of Atlassian', () => {
  const id = '557057:priya';
  const groups = (): FakeGroup[] => [
    { id: 'g1', name: 'jira-users', members: [id, 'sam'] },
    { id: 'g2', name: 'confluence-users', members: [id], directoryId: 'd2' },
    { id: 'g3', name: 'choir', members: [] },
    { id: 'g4', name: 'Choir', members: [] },
    { id: 'g5', name: 'synced', members: [], externalSynced: true },
  ];
  const world = (more: FakeGroup[] = []) => {
    const made = setUp({}, { groups: [...groups(), ...more] });
    return { ...made, data: made.groups };
  };
  keepsPromises(leaveGroups, { keep: ['jira-users'] }, () => world());
  keepsPromises(joinGroups, { groups: ['choir'] }, () => world());

  it('that an identity provider keeps are left to it', async () => {
    const { client, accountId } = setUp(
      {},
      { groups: [{ id: 's', name: 'all', members: [id], externalSynced: true }] },
    );
    const planned = leaveGroups.plan(await leaveGroups.read(client, accountId), {});
    assert.ok(planned.kind === 'blocked' && /identity provider keeps/.test(planned.because));
  });

  it('are joined only when it is clear which one is meant', async () => {
    const {
      client,
      accountId,
      groups: kept,
    } = world([{ id: 'g6', name: 'choir', members: [], directoryId: 'd2' }]);
    const join = (name: string) =>
      joinGroups.apply(client, accountId, { do: 'join', groups: [name, 'jira-users'] });
    await assert.rejects(join('choir'), failsAs('rejected', /Several groups/));
    await assert.rejects(join('synced'), failsAs('rejected', /keeps the group/));
    await assert.rejects(join('rowing'), failsAs('rejected', /no group “rowing”/));
    assert.deepEqual(kept[0]!.members, [id, 'sam']);
  });
});

describe('the end of an Atlassian account', () => {
  keepsPromises(deleteAccount, { end: 'removed' }, () =>
    setUp({ directories: [{ id: 'd1' }, { id: 'd2', suspended: true }] }),
  );
  keepsPromises(deleteAccount, { end: 'deleted' }, () => setUp({ accountStatus: 'inactive' }));

  it('is the end of the account itself only when that is asked for', async () => {
    const { client, accountId, member } = setUp();
    const planned = deleteAccount.plan(await deleteAccount.read(client, accountId), {
      end: 'removed',
    });
    assert.ok(planned.kind === 'change');
    await deleteAccount.apply(client, accountId, planned.change);
    assert.deepEqual([member.directories, member.forDeletion], [[], undefined]);
  });

  it('is not ours where the account is not the company’s, or is synced', async () => {
    for (const [priya, words] of [
      [unmanaged, /only the person/],
      [synced, /do it there/],
    ] as const) {
      const { client, accountId } = setUp(priya);
      const planned = deleteAccount.plan(await deleteAccount.read(client, accountId), {
        end: 'deleted',
      });
      assert.ok(planned.kind === 'blocked' && words.test(planned.because));
    }
  });
});
