import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { removeFactors } from './remove-factors.ts';
import { setUp } from './test-org.ts';

describe('second factors in Okta', () => {
  const all = {
    factors: [
      { id: 'f1', factorType: 'push' },
      { id: 'f2', factorType: 'token:software:totp' },
      { id: 'f3', factorType: 'webauthn' },
      { id: 'f4', factorType: 'email' },
    ],
    enrolled: ['okta_password', 'okta_email', 'okta_verify', 'webauthn'],
  };
  keepsPromises(removeFactors, {}, () => setUp(all));

  it('are not called gone because the list of factors is empty', async () => {
    const { client } = setUp({ enrolled: ['okta_password', 'okta_verify'] });
    const planned = removeFactors.plan(await removeFactors.read(client, 'priya'), {});
    assert.deepEqual(planned, {
      ...{ kind: 'change', summary: 'Remove okta_verify.' },
      change: { factorIds: [], reset: true },
    });
  });

  it('have to go before the user is deactivated: after that Okta removes none', async () => {
    assert.ok(removeFactors.mustPrecede?.includes('account.delete'));
    const world = setUp({ ...all, status: 'DEPROVISIONED' });
    const planned = removeFactors.plan(await removeFactors.read(world.client, 'priya'), {});
    assert.equal(planned.kind, 'blocked');
    await assert.rejects(
      world.client.removeFactor('priya', 'f1'),
      failsAs('rejected', /deactivated/),
    );
  });
});
