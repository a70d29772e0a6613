import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeTokens } from './revoke-tokens.ts';
import {
  appId,
  carryOut,
  globalAdministrator,
  graphAppId,
  groupId,
  priyaId,
  productId,
  setUp,
} from './test-tenant.ts';

const inGroup = (it: object) => ({
  groups: [{ id: groupId, name: 'Sales', members: [priyaId], ...it }],
});

describe('groups in Entra ID', () => {
  it('are left by the reference: without it the user itself would be deleted', async () => {
    const world = setUp(inGroup({}));
    const { after } = await carryOut(leaveGroups, world);
    assert.equal(after.kind, 'done');
    assert.equal(world.users.length, 2);

    await world.client.granted();
    const headers = { authorization: `Bearer ${await tokenOf(world)}` };
    const url = `https://graph.microsoft.com/v1.0/groups/${groupId}/members/${priyaId}`;
    await world.fetch(url, { method: 'DELETE', headers });
    assert.equal(world.users.length, 1);
  });

  it('that a rule fills are named to a person, unless they are to stay', async () => {
    const world = inGroup({ types: ['DynamicMembership'] });
    const { planned } = await carryOut(leaveGroups, setUp(world));
    assert.ok(planned.kind === 'blocked' && /Sales, by a rule/.test(planned.because));
    const kept = await carryOut(leaveGroups, setUp(world), { keep: ['Sales'] });
    assert.equal(kept.planned.kind, 'done');
  });

  it('of Exchange and Active Directory are left by a person, and read until it shows', async () => {
    for (const [kind, where] of [
      [{ mailEnabled: true }, /Exchange admin center/],
      [{ synced: true }, /Active Directory/],
    ] as const) {
      const world = setUp(inGroup(kind));
      const { planned } = await carryOut(leaveGroups, world);
      assert.ok(planned.kind === 'by-hand' && where.test(planned.order.instructions));
      world.groups[0]?.members.splice(0);
      assert.equal((await carryOut(leaveGroups, world)).planned.kind, 'done');
    }
  });

  it('of Microsoft 365 are left like others, although they have mail', async () => {
    const { after } = await carryOut(leaveGroups, setUp(inGroup({ types: ['Unified'] })));
    assert.equal(after.kind, 'done');
  });

  it('that give licences or roles wait for the step that takes those away', async () => {
    for (const kind of [{ licences: [productId] }, { givesRoles: true }]) {
      const { planned } = await carryOut(leaveGroups, setUp(inGroup(kind)));
      assert.ok(planned.kind === 'done' && planned.because.includes('Sales'));
    }
  });

  it('are not called none where an app sees only their ids', async () => {
    const world = setUp();
    await world.client.granted();
    world.failNext(
      Response.json({ value: [{ '@odata.type': '#microsoft.graph.group', id: groupId }] }),
    );
    await assert.rejects(leaveGroups.read(world.client, priyaId), failsAs('forbidden', /names/));
  });

  it('are joined by a name that is one group’s alone', async () => {
    const two = { groups: ['a', 'b'].map((id) => ({ id, name: 'Sales', members: [] })) };
    await assert.rejects(
      carryOut(joinGroups, setUp(two), { groups: ['Sales'] }),
      failsAs('rejected', /Several/),
    );
    await assert.rejects(
      carryOut(joinGroups, setUp(), { groups: ['Sales'] }),
      failsAs('rejected', /no group/),
    );
    await assert.rejects(
      carryOut(
        joinGroups,
        setUp({ groups: [{ id: groupId, name: 'Sales', members: [], synced: true }] }),
        {
          groups: ['Sales'],
        },
      ),
      failsAs('rejected', /Active Directory/),
    );
  });
});

describe('administrator roles in Entra ID', () => {
  const role = { id: 'r1', roleId: globalAdministrator, name: 'Global Administrator' };

  it('go that are held, that could be taken up, and that a group gives', async () => {
    const world = setUp({
      ...inGroup({ givesRoles: true }),
      roles: [
        { ...role, principalId: priyaId },
        { ...role, id: 'r2', principalId: groupId },
      ],
      eligible: [{ ...role, id: 'e1', principalId: priyaId }],
    });
    const { planned, after } = await carryOut(removeRoles, world);
    assert.ok(planned.kind === 'change' && /\(eligible\)/.test(planned.summary));
    assert.equal(after.kind, 'done');
    assert.deepEqual([world.roles.length, world.eligible.length], [1, 0]);
    assert.deepEqual(world.groups[0]?.members, []);
  });

  it('are none that could be taken up, where the licence for that is not there', async () => {
    const { planned } = await carryOut(removeRoles, setUp({ hasPremium: false }));
    assert.equal(planned.kind, 'done');
  });

  it('that could be taken up are given back by a person', () => {
    const was = { roleId: role.roleId, name: role.name, scope: '/', group: null };
    const back = removeRoles.restore?.({ roles: [] }, { roles: [{ ...was, is: 'eligible' }] });
    assert.equal(back?.kind, 'blocked');
  });
});

describe('apps in Entra ID', () => {
  it('of a group that the person is in are left alone', async () => {
    const world = setUp({
      ...inGroup({}),
      appRoles: [{ id: 'a1', principalId: groupId, resourceId: appId, appRoleId: graphAppId }],
    });
    assert.equal((await carryOut(revokeTokens, world)).planned.kind, 'done');
  });

  it('are named by their id where they are gone and the consent is not', async () => {
    const consent = { id: 'g', clientId: appId, principalId: priyaId, resourceId: graphAppId };
    const world = setUp({ consents: [{ ...consent, scope: 'Mail.Read' }] });
    const { planned, after } = await carryOut(revokeTokens, world);
    assert.ok(planned.kind === 'change' && planned.summary.includes(appId));
    assert.equal(after.kind, 'done');
  });
});

async function tokenOf(world: ReturnType<typeof setUp>): Promise<string> {
  const answer = await world.fetch('https://login.microsoftonline.com/t/oauth2/v2.0/token', {
    method: 'POST',
    body: 'grant_type=client_credentials',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}
