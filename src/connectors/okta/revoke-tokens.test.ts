import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { setUp } from './test-org.ts';

describe('tokens in Okta', () => {
  const held = {
    grants: ['okta.users.read', 'okta.logs.read'],
    apps: [{ client_id: 'c1', client_name: 'Reports' }],
  };
  const apiTokens = () => [
    { id: 't1', name: 'nightly export', userId: 'priya' },
    { id: 't2', name: 'of somebody else', userId: 'sam' },
  ];
  keepsPromises(revokeTokens, {}, () => setUp(held, { apiTokens: apiTokens() }));

  it('end, and those of others stay', async () => {
    const world = setUp(held, { apiTokens: apiTokens() });
    const planned = revokeTokens.plan(await revokeTokens.read(world.client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'End 2 grants of apps; tokens of Reports; API tokens nightly export.',
    );
    await revokeTokens.apply(world.client, 'priya', planned.change);
    assert.deepEqual(
      world.apiTokens.map(({ id }) => id),
      ['t2'],
    );
  });
});
