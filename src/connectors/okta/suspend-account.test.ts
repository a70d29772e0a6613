import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { ConnectorError } from '#core/failure.ts';
import { openOkta } from './api.ts';
import { suspendAccount } from './suspend-account.ts';
import { connection, setUp } from './test-org.ts';

describe('suspending in Okta', () => {
  keepsPromises(suspendAccount, {}, () => setUp());

  it('unlocks a locked account first, which Okta wants', async () => {
    const { client, user } = setUp({ status: 'LOCKED_OUT' });
    const planned = suspendAccount.plan(await suspendAccount.read(client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    await suspendAccount.apply(client, 'priya', planned.change);
    assert.equal(user.status, 'SUSPENDED');
  });

  it('asks a person about a status that Okta cannot suspend', () => {
    for (const status of ['STAGED', 'PROVISIONED', 'RECOVERY', 'PASSWORD_EXPIRED']) {
      const planned = suspendAccount.plan({ status, movingTo: null }, {});
      assert.ok(planned.kind === 'blocked' && planned.because.includes(status));
    }
  });

  it('waits while Okta is still changing the account', () => {
    const planned = suspendAccount.plan({ status: 'ACTIVE', movingTo: 'DEPROVISIONED' }, {});
    assert.equal(planned.kind, 'underway');
  });

  it('does not take a user that is gone, or out of our sight, for suspended', async () => {
    await assert.rejects(suspendAccount.read(setUp().client, 'nobody'), failsAs('not-found'));
  });

  it('waits until the moment that Okta names when it is asked too often', async () => {
    const world = setUp();
    const now = new Date('2026-11-29T08:00:00.000Z');
    const client = openOkta(connection, { ...loopbackIo, fetch: world.fetch, now: () => now });
    const reset = `${now.getTime() / 1_000 + 42}`;
    world.failNext(Response.json({}, { status: 429, headers: { 'x-rate-limit-reset': reset } }));
    await assert.rejects(client.user('priya'), (thrown) => {
      const { failure } = thrown as ConnectorError;
      return failure.kind === 'rate-limited' && failure.retryAfterMs === 42_000;
    });
  });
});
