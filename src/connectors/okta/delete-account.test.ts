import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { deleteAccount } from './delete-account.ts';
import type { FakeApp } from './fake.ts';
import { okta } from './index.ts';
import { connection, setUp } from './test-org.ts';

/** Each pass knows the state from before the first change, as the engine's do. */
async function passing({ client }: ReturnType<typeof setUp>, end: 'deleted' | 'deactivated') {
  const params = { end };
  const before = await deleteAccount.read(client, 'priya', { params, before: null });
  const pass = async () => {
    const now = await deleteAccount.read(client, 'priya', { params, before });
    const plan = deleteAccount.plan(now, params);
    if (plan.kind === 'change') await deleteAccount.apply(client, 'priya', plan.change);
    assert.ok(plan.kind !== 'by-hand');
    return plan.kind === 'change' ? plan.summary : `${plan.kind}: ${plan.because}`;
  };
  return { before, pass };
}

const behindOkta = (...appsBehind: FakeApp[]) => setUp({}, { appsBehind }, deleteAccount.scopes);
const behind = (id: string, label: string, more: Partial<FakeApp> = {}): FakeApp => ({
  ...{ id, label, users: ['priya'] },
  ...more,
});

describe('the end of a user in Okta', () => {
  keepsPromises(deleteAccount, { end: 'deleted' }, () => setUp());
  keepsPromises(deleteAccount, { end: 'deactivated' }, () => setUp({ status: 'SUSPENDED' }));

  it('goes on where a slow deactivation left it', async () => {
    const world = setUp({}, { slowly: true });
    const plan = async () =>
      deleteAccount.plan(await deleteAccount.read(world.client, 'priya'), { end: 'deleted' });
    const first = await plan();
    assert.ok(first.kind === 'change');
    // Okta refuses to delete what it is still deactivating.
    await assert.rejects(
      deleteAccount.apply(world.client, 'priya', first.change),
      failsAs('rejected'),
    );
    assert.equal((await plan()).kind, 'underway');
    world.settle();
    const second = await plan();
    assert.ok(second.kind === 'change' && !second.change.deactivate);
    await deleteAccount.apply(world.client, 'priya', second.change);
    assert.equal((await plan()).kind, 'done');
  });
});

describe('the apps behind Okta', () => {
  it('are all told before a deactivation counts as done', async () => {
    const crm = behind('crm', 'CRM', { tells: null });
    const world = behindOkta(crm, behind('chat', 'Chat'));
    const { pass } = await passing(world, 'deactivated');

    assert.match(await pass(), /^Deactivate the user/);
    assert.equal(await pass(), 'underway: Okta’s log does not yet say that it told: CRM.');

    crm.tells = 'SUCCESS';
    world.tellAgain(crm, 'priya');
    assert.equal(await pass(), 'done: The user is deactivated.');
  });

  it('that could not close the account are named, until another attempt has worked', async () => {
    const crm = behind('crm', 'CRM', { tells: 'FAILURE' });
    const world = behindOkta(crm);
    const { pass } = await passing(world, 'deactivated');

    await pass();
    assert.match(await pass(), /^blocked: By Okta’s log, the account was not closed in: CRM\. /);

    crm.tells = 'SUCCESS';
    world.tellAgain(crm, 'priya');
    assert.equal(await pass(), 'done: The user is deactivated.');
  });

  it('are told while the user is still there: it is deleted after that', async () => {
    const crm = behind('crm', 'CRM', { tells: null });
    const world = behindOkta(crm);
    const { pass } = await passing(world, 'deleted');

    await pass();
    assert.match(await pass(), /^underway/);
    assert.equal(world.users[0]?.status, 'DEPROVISIONED');

    crm.tells = 'SUCCESS';
    world.tellAgain(crm, 'priya');
    assert.equal(await pass(), 'Delete the deactivated user.');
    assert.deepEqual(world.users, []);
    assert.equal(await pass(), 'done: The user no longer exists in Okta.');
  });

  it('are not waited for where they close no accounts, are inactive, or are not the person’s', async () => {
    const world = behindOkta(
      behind('wiki', 'Wiki', { features: ['PUSH_NEW_USERS'] }),
      behind('old', 'Old CRM', { status: 'INACTIVE' }),
      behind('sales', 'Sales', { users: ['sam'] }),
    );
    const { before, pass } = await passing(world, 'deactivated');

    assert.deepEqual(before.apps, []);
    await pass();
    assert.equal(await pass(), 'done: The user is deactivated.');
  });
});

describe('keys to Okta’s API', () => {
  it('are what a person is the only owner of, since they end with the account', async () => {
    const { client } = setUp(
      {},
      {
        apiTokens: [
          { id: 't1', name: 'Payroll export', userId: 'priya' },
          { id: 't2', name: 'Backup', userId: 'sam' },
        ],
      },
    );

    assert.deepEqual(await okta.owns!(connection)!(client, 'priya'), [
      { id: 't1', name: 'API token Payroll export', kind: 'integration', soleOwner: true },
    ]);
  });
});
