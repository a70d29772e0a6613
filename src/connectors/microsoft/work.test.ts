import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { handOverMailbox } from './hand-over-mailbox.ts';
import { microsoft } from './index.ts';
import { moveReports } from './move-reports.ts';
import { preserveData } from './preserve-data.ts';
import { removeLicences } from './remove-licences.ts';
import {
  appId,
  carryOut,
  connection,
  graphAppId,
  groupId,
  priyaId,
  productId,
  samId,
  setUp,
} from './test-tenant.ts';
import { transferFiles } from './transfer-files.ts';
import { transferOwnership } from './transfer-ownership.ts';

const to = 'sam@meadow.example';
const nobody = { to: 'nobody@meadow.example' };
const sam = { id: samId, userPrincipalName: to };

describe('what somebody owns in Entra ID', () => {
  const owned = {
    groups: [{ id: groupId, name: 'Design', members: [], owners: [priyaId] }],
    apps: [
      { id: appId, name: 'Payroll sync', type: 'application' as const, owners: [priyaId, samId] },
    ],
  };

  it('is told, with whether it is somebody else’s too', async () => {
    const { client } = setUp({ ...owned, users: [{ ...sam, manager: priyaId }] });
    const found = await microsoft.owns?.(connection)?.(client, priyaId);
    assert.deepEqual(
      found?.map(({ kind, name, soleOwner }) => [kind, name, soleOwner]),
      [
        ['group', 'Design', true],
        ['integration', 'Payroll sync', false],
        ['direct report', to, true],
      ],
    );
  });

  it('gets its new owner first: the last one of a group cannot go', async () => {
    const world = setUp(owned);
    await assert.rejects(
      world.client.removeOwner('groups', groupId, priyaId),
      failsAs('rejected', /at least one owner/),
    );
    const { after } = await carryOut(transferOwnership, world, { to });
    assert.equal(after.kind, 'done');
    assert.deepEqual(world.groups[0]?.owners, [samId]);
    assert.deepEqual(world.apps[0]?.owners, [samId]);
  });

  it('is handed only to somebody whose account is open, and not back to the account', async () => {
    const blocked = setUp({ ...owned, users: [{ ...sam, accountEnabled: false }] });
    for (const [world, params] of [
      [setUp(owned), nobody],
      [blocked, { to }],
      [setUp(owned), { to: 'priya.nair@meadow.example' }],
    ] as const) {
      assert.equal((await carryOut(transferOwnership, world, params)).planned.kind, 'blocked');
    }
  });
});

describe('direct reports in Entra ID', () => {
  it('are not made their own manager', async () => {
    const world = setUp({ users: [{ ...sam, manager: priyaId }] });
    const { planned } = await carryOut(moveReports, world, { to });
    assert.ok(planned.kind === 'blocked' && /own manager/.test(planned.because));
  });

  it('that somebody gave to a third person stay with that person on the way back', async () => {
    const before = {
      account: priyaId,
      receiver: samId,
      reports: [{ id: appId, name: 'noor', manager: priyaId }],
    };
    const now = { ...before, reports: [{ id: appId, name: 'noor', manager: groupId }] };
    assert.equal(moveReports.restore?.(now, before).kind, 'done');
  });
});

describe('licences in Microsoft 365', () => {
  const licensed = { licences: [{ product: productId }] };

  it('stay until the mailbox is a shared one, unless it may go', async () => {
    const priya = { ...licensed, mailbox: { purpose: 'user' as const } };
    const { planned } = await carryOut(removeLicences, setUp({ priya }), { mailbox: 'shared' });
    assert.ok(planned.kind === 'blocked' && /not a shared one/.test(planned.because));
    const gone = await carryOut(removeLicences, setUp({ priya }), { mailbox: 'may go' });
    assert.equal(gone.after.kind, 'done');
  });

  it('of somebody without a mailbox go at once', async () => {
    const { after } = await carryOut(removeLicences, setUp({ priya: licensed }), {
      mailbox: 'shared',
    });
    assert.equal(after.kind, 'done');
  });

  it('that a group gives go with the group; those that it cannot be left for are named', async () => {
    const group = { id: groupId, name: 'E3', members: [priyaId], licences: [graphAppId] };
    const left = await carryOut(removeLicences, setUp({ groups: [group] }), { mailbox: 'shared' });
    assert.ok(left.planned.kind === 'change' && /Leave E3/.test(left.planned.summary));
    assert.equal(left.after.kind, 'done');

    const ruled = setUp({ groups: [{ ...group, types: ['DynamicMembership'] }] });
    const { planned } = await carryOut(removeLicences, ruled, { mailbox: 'shared' });
    assert.ok(planned.kind === 'blocked' && /E3 \(rule\)/.test(planned.because));
    await assert.rejects(
      ruled.client.assignLicences(priyaId, [], [graphAppId]),
      failsAs('rejected', /inherited/),
    );
  });

  it('are waited for while Microsoft still shows those of a group that was left', () => {
    const licence = { product: productId, name: 'SPE_E3', disabledPlans: [], group: groupId };
    const planned = removeLicences.plan(
      { licences: [licence], groups: [], mailbox: null },
      { mailbox: 'shared' },
    );
    assert.equal(planned.kind, 'underway');
  });
});

describe('a mailbox in Microsoft 365', () => {
  const rules = [
    { id: 'r1', forwardTo: ['p@elsewhere.example'] },
    { id: 'r2', redirectTo: ['p@elsewhere.example'] },
    { id: 'r3' },
  ];
  const reply = 'Please write to R&D <b>now</b>.';

  it('loses rules that send mail on, answers, and is converted by a person', async () => {
    const world = setUp({ priya: { mailbox: { purpose: 'user', rules } } });
    const { planned, after } = await carryOut(handOverMailbox, world, {
      to,
      reply: 'Write to R&D.',
    });
    assert.ok(planned.kind === 'change' && /2 rules/.test(planned.summary));
    assert.deepEqual(
      world.user.mailbox?.rules?.map(({ id }) => id),
      ['r3'],
    );
    assert.ok(after.kind === 'by-hand' && after.order.instructions.includes(to));
    assert.match(after.order.instructions, /-IncludeHidden/);

    if (world.user.mailbox) world.user.mailbox.purpose = 'shared';
    const shown = await carryOut(handOverMailbox, world, { to, reply: 'Write to R&D.' });
    assert.equal(shown.planned.kind, 'done');
  });

  it('keeps nothing of what its owner or the reply says', async () => {
    const world = setUp({ priya: { mailbox: { purpose: 'user', rules, reply } } });
    const state = await handOverMailbox.read(world.client, priyaId, {
      params: { to, reply },
      before: null,
    });
    assert.equal(state.replies, true);
    assert.ok(!/R&D|elsewhere/.test(JSON.stringify(state)));
  });

  it('that is none is not looked for in a user that is none', async () => {
    assert.equal((await carryOut(handOverMailbox, setUp(), { to })).planned.kind, 'done');
    await assert.rejects(handOverMailbox.read(setUp().client, appId), failsAs('not-found'));
  });
});

describe('files in OneDrive', () => {
  it('are none to hand over where there is no OneDrive', async () => {
    const { planned } = await carryOut(transferFiles, setUp(), { to });
    assert.equal(planned.kind, 'done');
    await assert.rejects(transferFiles.read(setUp().client, appId), failsAs('not-found'));
  });

  it('are shared with the one who was named, without a letter, and read back', async () => {
    const world = setUp({ priya: { drive: [{ id: 'p0', user: appId }] } });
    assert.equal((await carryOut(transferFiles, world, nobody)).planned.kind, 'blocked');
    const { after } = await carryOut(transferFiles, world, { to });
    assert.equal(after.kind, 'done');
    assert.ok(world.user.drive?.some(({ user }) => user === samId));
  });
});

describe('preserving data in Microsoft 365', () => {
  it('is a task that says whose mailbox, and comes before licence and user go', () => {
    assert.equal(preserveData.kind, 'by-hand');
    assert.match(preserveData.instructions('priya@meadow.example', {}), /Identity priya@meadow/);
    assert.deepEqual(preserveData.mustPrecede, ['licences.remove', 'account.delete']);
  });
});
