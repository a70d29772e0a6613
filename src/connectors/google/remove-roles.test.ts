import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { removeRoles } from './remove-roles.ts';
import { planFor, setUp } from './test-company.ts';

const roles = [
  { roleId: '1', roleName: '_SEED_ADMIN_ROLE', isSuperAdminRole: true },
  { roleId: '2', roleName: '_HELP_DESK_ADMIN_ROLE' },
  { roleId: '3', roleName: 'Billing' },
];
const assignments = () => [
  { roleAssignmentId: 'a-2', roleId: '2', assignedTo: 'priya', scopeType: 'CUSTOMER' },
  {
    ...{ roleAssignmentId: 'a-3', roleId: '3', assignedTo: 'priya' },
    ...{ scopeType: 'ORG_UNIT', orgUnitId: 'ou-7' },
  },
  { roleAssignmentId: 'seed-priya', roleId: '1', assignedTo: 'priya', scopeType: 'CUSTOMER' },
  { roleAssignmentId: 'b', roleId: '2', assignedTo: 'sam', scopeType: 'CUSTOMER' },
];

describe('administrator roles in Google', () => {
  keepsPromises(removeRoles, {}, () =>
    setUp({}, { roles, assignments: assignments().slice(0, 2), pageSize: 1 }),
  );

  it('go, those of a super administrator too, and those of others stay', async () => {
    const world = setUp({ isAdmin: true }, { roles, assignments: assignments() });
    const before = await removeRoles.read(world.client, 'priya');
    const planned = removeRoles.plan(before, {});
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, 'Take away super administrator, _HELP_DESK_ADMIN_ROLE, Billing.');
    await removeRoles.apply(world.client, 'priya', planned.change);
    assert.deepEqual(
      world.assignments.map((it) => it.roleAssignmentId),
      ['b'],
    );
    assert.equal((await planFor(removeRoles, world.client, {})).kind, 'done');

    const back = removeRoles.restore!(await removeRoles.read(world.client, 'priya'), before);
    assert.ok(back.kind === 'change');
    await removeRoles.apply(world.client, 'priya', back.change);
    assert.equal(world.user.isAdmin, true);
    const again = removeRoles.restore!(await removeRoles.read(world.client, 'priya'), before);
    assert.equal(again.kind, 'done');
  });

  it('are not called gone when Google took the request and did nothing', async () => {
    const users = [{ id: 'admin', primaryEmail: 'gatehouse@meadow.example' }];
    const world = setUp({ isAdmin: true }, { roles, assignments: assignments(), users });
    const planned = await planFor(removeRoles, world.client, {});
    assert.ok(planned.kind === 'change');
    await removeRoles.apply(world.client, 'priya', planned.change);
    assert.equal((await planFor(removeRoles, world.client, {})).kind, 'change');
  });

  it('that come through a group, or that Google does not show, are not called gone', async () => {
    const through = [
      { roleAssignmentId: 'g', roleId: '2', assignedTo: 'priya', through: 'group' as const },
    ];
    const inherited = setUp({ isDelegatedAdmin: true }, { roles, assignments: through });
    const planned = await planFor(removeRoles, inherited.client, {});
    assert.ok(planned.kind === 'blocked' && /through a group/.test(planned.because));
    const hidden = setUp({ isDelegatedAdmin: true }, { roles });
    assert.equal((await planFor(removeRoles, hidden.client, {})).kind, 'blocked');
  });
});
