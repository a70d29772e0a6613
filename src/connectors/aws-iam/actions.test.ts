import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { AnyTransition } from '#connector-kit/contract.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { makesAdministrator } from './administrators.ts';
import { deleteAccount } from './delete-account.ts';
import { awsIam } from './index.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { usersOf } from './people.ts';
import { permissions } from './permissions.ts';
import { removeFactors } from './remove-factors.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeSessions, sessionsPolicy } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { suspendAccount } from './suspend-account.ts';
import { allow, keyFactor, priyaId, setUp, virtualFactor } from './test-account.ts';

type Set = ReturnType<typeof setUp>;
const actions = awsIam.actions as readonly AnyTransition[];

/** Reads, applies what was planned, and gives what was there before. */
async function carriedOut(
  { client, accountId }: Pick<Set, 'client' | 'accountId'>,
  { read, plan, apply }: Pick<AnyTransition, 'read' | 'plan' | 'apply'>,
  params: object = {},
) {
  const before = await read(client, accountId, { params, before: null });
  const planned = plan(before, params);
  assert.ok(planned.kind === 'change', planned.kind);
  await apply(client, accountId, planned.change);
  return { before, summary: planned.summary };
}

const any = (action: unknown) => action as AnyTransition;

describe('blocking a user of IAM', () => {
  keepsPromises(suspendAccount, {}, () => setUp({ password: false }));

  it('closes all that opens it, and says what', async () => {
    const world = setUp();
    const { summary } = await carriedOut(world, any(suspendAccount));
    assert.equal(
      summary,
      'Make credential of codecommit.amazonaws.com ACCAPRIYAPRIYAPRIYA1, access key AKIAPRIYAPRIYAPRIYA1, ' +
        'SSH key APKAPRIYAPRIYAPRIYA1, signing certificate CERTPRIYAPRIYAPRIYAPRIYA inactive, ' +
        'and remove the console password.',
    );
    const { password, accessKeys, sshKeys, services, certificates } = world.user;
    assert.equal(password, false);
    const all = [accessKeys, sshKeys, services, certificates].flatMap((it) => it ?? []);
    assert.deepEqual(
      all.map(({ active }) => active),
      [false, false, false, false, false],
    );
  });

  it('gives keys back, and asks a person for a new password', async () => {
    const world = setUp();
    const { before } = await carriedOut(world, any(suspendAccount));
    const read = () => suspendAccount.read(world.client, priyaId);
    const back = suspendAccount.restore!(await read(), before as never);
    assert.ok(back.kind === 'change');
    await suspendAccount.apply(world.client, priyaId, back.change);
    assert.deepEqual(
      world.user.accessKeys?.map((it) => it.active),
      [true, false],
    );

    const rest = suspendAccount.restore!(await read(), before as never);
    assert.ok(rest.kind === 'by-hand' && rest.then === null);
    assert.match(rest.order.instructions, /new one/);
    world.user.password = true;
    assert.equal(suspendAccount.restore!(await read(), before as never).kind, 'done');
  });
});

describe('keys and credentials of a user of IAM', () => {
  keepsPromises(revokeTokens, {}, () => setUp());

  it('are deleted where that is asked for, and then cannot be given back', async () => {
    const world = setUp();
    const { before } = await carriedOut(world, any(revokeTokens), { delete: true });
    const now = await revokeTokens.read(world.client, priyaId);
    assert.deepEqual(now, { credentials: [] });
    assert.equal(revokeTokens.plan(now, { delete: true }).kind, 'done');
    const back = revokeTokens.restore!(now, before as never);
    assert.ok(back.kind === 'blocked' && /Deleted, .*AKIAPRIYAPRIYAPRIYA1/.test(back.because));
  });

  it('are found on later pages too', async () => {
    const { client } = setUp({}, { pageSize: 1 });
    const { credentials } = await revokeTokens.read(client, priyaId);
    assert.equal(credentials.length, 5);
  });
});

describe('temporary credentials of a user of IAM', () => {
  const known = (before: unknown) => ({ params: {}, before: before as never });

  it('are denied everything by a policy as AWS documents it, which is read back', async () => {
    const world = setUp();
    const { before } = await carriedOut(world, any(revokeSessions));
    assert.deepEqual(JSON.parse(world.user.inline![sessionsPolicy]!), {
      Version: '2012-10-17',
      Statement: {
        ...{ Effect: 'Deny', Action: '*', Resource: '*' },
        // Five minutes on, since our clock may be as wrong as that.
        Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-11-30T09:05:01Z' } },
      },
    });
    const now = await revokeSessions.read(world.client, priyaId, known(before));
    assert.deepEqual(now, { deniedBefore: '2026-11-30T09:05:01Z', ended: true });
    assert.equal(revokeSessions.plan(now, {}).kind, 'done');
    assert.deepEqual(revokeSessions.state.parse(structuredClone(now)), now);
  });

  it('are denied anew where a policy from an earlier departure is left', async () => {
    const world = setUp();
    await carriedOut(world, any(revokeSessions));
    world.now.at = new Date('2027-03-01T08:00:00Z');
    const { before } = await carriedOut(world, any(revokeSessions));
    const now = await revokeSessions.read(world.client, priyaId, known(before));
    assert.deepEqual(now, { deniedBefore: '2027-03-01T08:05:00Z', ended: true });
  });

  it('are not believed to be denied by a policy that somebody changed', async () => {
    const world = setUp();
    const { before } = await carriedOut(world, any(revokeSessions));
    const inline = world.user.inline!;
    const whole = inline[sessionsPolicy]!;
    for (const changed of [
      whole.replace('Deny', 'Allow'),
      whole.replace('"*"', '"s3:*"'),
      '{}',
      'x',
    ]) {
      inline[sessionsPolicy] = changed;
      const now = await revokeSessions.read(world.client, priyaId, known(before));
      assert.equal(revokeSessions.plan(now, {}).kind, 'change', changed);
    }
  });

  it('leave no policy of ours behind when somebody is brought back', async () => {
    const world = setUp();
    const { before } = await carriedOut(world, any(revokeSessions));
    const now = await revokeSessions.read(world.client, priyaId, known(before));
    const back = revokeSessions.restore!(now, before as never);
    assert.ok(back.kind === 'change');
    await revokeSessions.apply(world.client, priyaId, back.change);
    assert.deepEqual(Object.keys(world.user.inline!), ['own-bucket']);
  });

  it('are not denied where there is no room for a policy, and AWS says so', async () => {
    const full = JSON.stringify(allow(Array.from({ length: 150 }, (_, i) => `s3:Action${i}`)));
    const { client } = setUp({ inline: { full } });
    const failing = revokeSessions.apply(client, priyaId, 'deny');
    await assert.rejects(failing, failsAs('rejected', /LimitExceeded.*2048/));
  });
});

describe('MFA devices of a user of IAM', () => {
  keepsPromises(removeFactors, {}, () => setUp());

  it('leave no virtual device behind that nobody has', async () => {
    const world = setUp();
    const { summary } = await carriedOut(world, any(removeFactors));
    assert.equal(summary, 'Remove mfa/priyas-phone, u2f/user/priya/key-ABC.');
    assert.ok(!world.world.virtualFactors.has(virtualFactor));
  });
});

describe('what a user of IAM is allowed', () => {
  keepsPromises(removeRoles, {}, () => setUp());
  keepsPromises(leaveGroups, {}, () => setUp());
  keepsPromises(joinGroups, { groups: ['Choir'] }, () => setUp());

  it('is taken away with the words of each policy, and given back with the same', async () => {
    const world = setUp();
    const document = world.user.inline!['own-bucket'];
    const { before } = await carriedOut(world, any(removeRoles));
    assert.deepEqual(before, {
      attached: [{ id: 'arn:aws:iam::aws:policy/ReadOnlyAccess', name: 'ReadOnlyAccess' }],
      inline: [{ id: 'own-bucket', name: 'own-bucket', document }],
    });
    assert.deepEqual([world.user.attached, world.user.inline], [[], {}]);
  });

  it('is not made more by taking away what only denies', async () => {
    const denial = JSON.stringify({ Statement: { Effect: 'Deny', Action: '*', Resource: '*' } });
    const quarantine = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
    const { client } = setUp({
      attached: [quarantine],
      inline: { [sessionsPolicy]: denial, none: denial },
    });
    assert.equal(removeRoles.plan(await removeRoles.read(client, priyaId), {}).kind, 'done');
  });
});

describe('the end of a user of IAM', () => {
  keepsPromises(deleteAccount, {}, () => setUp());

  it('comes after all that hangs on it, and what denies old sessions goes last', async () => {
    const world = setUp();
    await carriedOut(world, any(revokeSessions));
    world.asked.length = 0;
    await carriedOut(world, any(deleteAccount));
    const changes = world.asked.filter((it) => !/^(Get|List)/.test(it));
    assert.deepEqual(changes, [
      'DeleteServiceSpecificCredential',
      ...['DeleteAccessKey', 'DeleteAccessKey', 'DeleteSSHPublicKey', 'DeleteSigningCertificate'],
      ...['DeleteLoginProfile', 'DeactivateMFADevice', 'DeleteVirtualMFADevice'],
      ...['DeactivateMFADevice', 'DetachUserPolicy', 'RemoveUserFromGroup'],
      ...['DeleteUserPolicy', 'DeleteUserPolicy', 'DeleteUser'],
    ]);
    assert.deepEqual(world.users, []);
  });

  it('goes on where an earlier attempt stopped', async () => {
    const world = setUp({ password: false, accessKeys: [], factors: [], inline: {} });
    await carriedOut(world, any(deleteAccount));
    await deleteAccount.apply(world.client, priyaId, null);
    assert.deepEqual(await deleteAccount.read(world.client, priyaId), { exists: false });
  });

  it('is not concluded from a refusal', async () => {
    const { client } = setUp({}, { denied: new Set(['ListUsers']) });
    await assert.rejects(deleteAccount.read(client, priyaId), failsAs('forbidden'));
  });
});

describe('a change that shows late', () => {
  it('is not called done before it shows, and comes to the same when it is made again', async () => {
    const world = setUp({ factors: [keyFactor] }, { lateBy: 8 });
    const { before } = await carriedOut(world, any(removeFactors));
    const late = await removeFactors.read(world.client, priyaId);
    assert.deepEqual(late, before);
    const again = removeFactors.plan(late, {});
    assert.ok(again.kind === 'change');
    await removeFactors.apply(world.client, priyaId, again.change);
    for (let i = 0; i < 8; i++) await removeFactors.read(world.client, priyaId);
    assert.equal(
      removeFactors.plan(await removeFactors.read(world.client, priyaId), {}).kind,
      'done',
    );
  });
});

describe('the user by which Gatehouse signs in', () => {
  it('is never changed, whoever it is said to belong to', async () => {
    for (const action of actions) {
      const self = { arn: 'arn:aws:iam::123456789012:user/gatehouse', id: priyaId };
      const world = setUp({}, { self });
      const params = action.capability === 'groups.join' ? { groups: ['Choir'] } : {};
      const untouched = structuredClone(world.users);
      await assert.rejects(
        carriedOut(world, action, params),
        failsAs('rejected', /does not cut itself off/),
        action.capability,
      );
      assert.deepEqual(world.users, untouched);
    }
  });
});

describe('the permissions that an action names', () => {
  it('are enough for all that it does, and none is too much', async () => {
    for (const { scopes, ...action } of actions) {
      const params = action.params.parse(
        action.capability === 'groups.join' ? { groups: ['Choir'] } : {},
      );
      const used = new Set<string>();
      // What is not declared is refused by the document that the fake is held to.
      for (const given of action.capability === 'tokens.revoke'
        ? [{}, { delete: true }]
        : [params]) {
        const world = setUp({}, {}, {}, scopes);
        const { before } = await carriedOut(world, action, given as object);
        const known = { params: given, before };
        const back = action.restore?.(await action.read(world.client, priyaId, known), before);
        if (back?.kind === 'change') await action.apply(world.client, priyaId, back.change);
        for (const it of world.asked) used.add(`iam:${it}`);
      }
      assert.deepEqual([...used].toSorted(), scopes.toSorted(), action.capability);
    }
  });

  it('together with those for finding, are the policy that setup.md shows', async () => {
    const world = setUp({}, {}, {}, permissions.find);
    await awsIam.check(world.client);
    await usersOf(world.client, { email: world.user.name, employeeNumber: null, name: 'Priya' });
    const nothing = { accessKeys: [], sshKeys: [], services: [], certificates: [] };
    const closed = setUp({ password: false, ...nothing }, {}, {}, permissions.find);
    for await (const it of awsIam.accounts!.list(closed.client))
      assert.equal(it.status, 'suspended');
    const used = new Set([...world.asked, ...closed.asked].map((it) => `iam:${it}`));
    assert.deepEqual([...used].toSorted(), permissions.find.toSorted());

    const setup = readFileSync(new URL('setup.md', import.meta.url), 'utf8');
    const { Statement } = JSON.parse(/```json\n(.*?)```/s.exec(setup)![1]!) as {
      Statement: { Action: string[] }[];
    };
    const shown = Statement.flatMap((it) => it.Action);
    const needed = new Set([...permissions.find, ...actions.flatMap((it) => it.scopes)]);
    assert.deepEqual(shown.toSorted(), [...needed].toSorted());
    assert.equal(makesAdministrator(JSON.stringify({ Statement: [Statement[0]] })), false);
  });
});
