import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { removeRoles } from './remove-roles.ts';
import { setUp } from './test-org.ts';

describe('administrator roles in Okta', () => {
  const roles = [{ type: 'ORG_ADMIN' }, { type: 'CUSTOM', role: 'cr1', 'resource-set': 'iam1' }];
  keepsPromises(removeRoles, {}, () => setUp({ roles }));

  it('that come through a group are not called gone', async () => {
    const { client } = setUp({ roles: [{ type: 'USER_ADMIN', assignmentType: 'GROUP' }] });
    const planned = removeRoles.plan(await removeRoles.read(client, 'priya'), {});
    assert.ok(planned.kind === 'blocked' && /through a group/.test(planned.because));
  });
});
