import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { deleteAccount } from './delete-account.ts';
import type { FakeTransfer } from './fake-world.ts';
import { suspendAccount } from './suspend-account.ts';
import { planFor, setUp } from './test-company.ts';
import { transferData } from './transfer-data.ts';

const sam = () => ({ id: 'sam', primaryEmail: 'sam@meadow.example' });
const drive = '55656082996';
const to = 'sam@meadow.example';
const params = transferData.params.parse({ to });
const earlier = (levels: string[], requestTime: string): FakeTransfer => ({
  ...{ id: 'old', oldOwnerUserId: 'priya', newOwnerUserId: 'sam', requestTime },
  status: 'completed',
  applicationDataTransfers: [
    {
      applicationId: drive,
      applicationTransferParams: [{ key: 'PRIVACY_LEVEL', value: levels }],
    },
  ],
});

describe('handing over data in Google', () => {
  keepsPromises(transferData, params, () => setUp({}, { users: [sam()] }));

  it('comes after the block, since Google writes to whoever owned the files', () => {
    assert.ok(suspendAccount.mustPrecede?.includes('data.transfer'));
  });

  it('moves all files, which Google does only when both kinds are named', async () => {
    const world = setUp({}, { users: [sam()], slowly: true });
    const planned = await planFor(transferData, world.client, { ...params, freeRooms: true });
    assert.ok(planned.kind === 'change');
    assert.match(planned.summary, /all files, shared or not/);
    await transferData.apply(world.client, 'priya', planned.change);
    assert.deepEqual(world.transfers[0]?.applicationDataTransfers, [
      {
        applicationId: drive,
        applicationTransferParams: [{ key: 'PRIVACY_LEVEL', value: ['PRIVATE', 'SHARED'] }],
      },
      {
        applicationId: '435070579839',
        applicationTransferParams: [{ key: 'RELEASE_RESOURCES', value: ['TRUE'] }],
      },
    ]);
  });

  it('waits while Google is at it, and begins nothing a second time', async () => {
    const world = setUp({}, { users: [sam()], slowly: true });
    const planned = await planFor(transferData, world.client, params);
    assert.ok(planned.kind === 'change');
    await transferData.apply(world.client, 'priya', planned.change);
    assert.equal((await planFor(transferData, world.client, params)).kind, 'underway');
    // Nor is the account deleted meanwhile.
    assert.equal((await planFor(deleteAccount, world.client, {})).kind, 'underway');
    world.settle();
    assert.equal((await planFor(transferData, world.client, params)).kind, 'done');
    assert.equal((await planFor(deleteAccount, world.client, {})).kind, 'change');
  });

  it('does not count an earlier transfer of shared files only, or one before the account was last used', async () => {
    const lastLoginTime = '2026-11-20T08:00:00.000Z';
    const only = { ...params, what: ['files' as const] };
    const planWith = (it: FakeTransfer) =>
      planFor(
        transferData,
        setUp({ lastLoginTime }, { users: [sam()], transfers: [it] }).client,
        only,
      );
    const all = ['PRIVATE', 'SHARED'];
    assert.equal((await planWith(earlier(['SHARED'], '2026-11-21T08:00:00Z'))).kind, 'change');
    assert.equal((await planWith(earlier(all, '2026-11-19T08:00:00Z'))).kind, 'change');
    assert.equal((await planWith(earlier(all, '2026-11-21T08:00:00Z'))).kind, 'done');
  });

  it('counts what was begun for it, although the account was used meanwhile', async () => {
    const world = setUp({}, { users: [sam()] });
    const before = await transferData.read(world.client, 'priya', { params, before: null });
    const planned = transferData.plan(before, params);
    assert.ok(planned.kind === 'change');
    await transferData.apply(world.client, 'priya', planned.change);
    world.user.lastLoginTime = '2026-12-01T08:00:00.000Z';
    assert.equal((await planFor(transferData, world.client, params, before)).kind, 'done');
  });

  it('asks a person where Google failed, or nobody can receive', async () => {
    const failed = { ...earlier(['PRIVATE', 'SHARED'], '2026-11-21T08:00:00Z'), status: 'failed' };
    const world = setUp({}, { users: [sam()], transfers: [failed] });
    const planned = await planFor(transferData, world.client, params);
    assert.ok(planned.kind === 'blocked' && /could not move files/.test(planned.because));
    for (const receiver of ['eve@meadow.example', 'priya.nair@meadow.example']) {
      const it = await planFor(transferData, world.client, { ...params, to: receiver });
      assert.equal(it.kind, 'blocked');
    }
  });
});

describe('the end of an account in Google', () => {
  keepsPromises(deleteAccount, {}, () => setUp({ orgUnitPath: '/Sales' }));

  it('waits for a person while the account is a super administrator', async () => {
    const planned = await planFor(deleteAccount, setUp({ isAdmin: true }).client, {});
    assert.ok(planned.kind === 'blocked' && /administrator roles/.test(planned.because));
  });

  it('is not believed when nobody can be read any more', async () => {
    const world = setUp();
    world.users.splice(0);
    await assert.rejects(deleteAccount.read(world.client, 'priya'), failsAs('unauthenticated'));
  });
});
