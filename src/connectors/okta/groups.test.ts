import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { setUp } from './test-org.ts';

describe('groups in Okta', () => {
  const groups = () => [
    { id: 'g0', name: 'Everyone', type: 'BUILT_IN' as const, members: ['priya'] },
    { id: 'g1', name: 'Sales', members: ['priya', 'sam'] },
    { id: 'g2', name: 'VPN', members: ['priya'] },
    { id: 'g3', name: 'Choir', members: [] },
  ];
  keepsPromises(leaveGroups, { keep: ['VPN'] }, () => {
    const world = setUp({}, { groups: groups() });
    return { ...world, data: world.groups };
  });
  keepsPromises(joinGroups, { groups: ['Choir'] }, () => {
    const world = setUp({}, { groups: groups() });
    return { ...world, data: world.groups };
  });

  it('of a directory behind Okta are left to a person', async () => {
    const { client } = setUp(
      {},
      { groups: [{ id: 'a', name: 'AD Sales', type: 'APP_GROUP', members: ['priya'] }] },
    );
    const planned = leaveGroups.plan(await leaveGroups.read(client, 'priya'), {});
    assert.ok(planned.kind === 'blocked' && /AD Sales/.test(planned.because));
    await assert.rejects(
      joinGroups.apply(client, 'priya', { do: 'join', groups: ['AD Sales'] }),
      failsAs('rejected', /There is no group|kept by an app/),
    );
  });

  it('that a rule fills again are seen to have the account still', async () => {
    const { client } = setUp(
      {},
      { groups: [{ id: 'a', name: 'All of sales', byRule: true, members: ['priya'] }] },
    );
    await leaveGroups.apply(client, 'priya', { do: 'leave', groups: [{ id: 'a' }] });
    const planned = leaveGroups.plan(await leaveGroups.read(client, 'priya'), {});
    assert.equal(planned.kind, 'change');
  });

  it('are all looked for before one is joined', async () => {
    const world = setUp({}, { groups: groups() });
    const apply = joinGroups.apply(world.client, 'priya', {
      do: 'join',
      groups: ['Choir', 'Rowing'],
    });
    await assert.rejects(apply, failsAs('rejected', /no group “Rowing”/));
    assert.deepEqual(world.groups.find(({ id }) => id === 'g3')!.members, []);
  });
});
