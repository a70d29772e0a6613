import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { deleteAccount } from '#connectors/active-directory/delete-account.ts';
import { leaveGroups } from '#connectors/active-directory/leave-groups.ts';
import { resetPassword } from '#connectors/active-directory/reset-password.ts';
import { suspendAccount } from '#connectors/active-directory/suspend-account.ts';
import { startSamba } from './targets/samba.ts';
import { openFor } from './targets/samba-domain.ts';

// Two controllers of one domain between which nothing travels: the longest delay there can be.
const one = await startSamba();
const two = await startSamba();
const lost = { ...one, ldapsUrl: 'ldaps://127.0.0.1:9' }; // nobody listens there
after(async () => {
  await one.stop();
  await two.stop();
});
const [first, second] = [`${one.ip}:636`, `${two.ip}:636`];
const { login, password } = one.everywhere;
const keys = { email: `${login}@${one.realm.toLowerCase()}`, employeeNumber: null, name: login };

const both = openFor([one, two]);
const halfLost = openFor([lost, one]);
const [account] = await both.accountsOf(keys);
const accountId = account!.id;

describe('several domain controllers', () => {
  it('are all changed at once, without waiting for them to tell each other', async () => {
    const before = await suspendAccount.read(both, accountId);
    const planned = suspendAccount.plan(before, {});
    assert.equal(planned.kind, 'change');
    if (planned.kind === 'change') await suspendAccount.apply(both, accountId, planned.change);

    assert.equal((await one.kinit(login, password)).ok, false);
    assert.equal((await two.kinit(login, password)).ok, false);
    assert.equal(suspendAccount.plan(await suspendAccount.read(both, accountId), {}).kind, 'done');

    const back = suspendAccount.restore?.(await suspendAccount.read(both, accountId), before);
    assert.equal(back?.kind, 'change');
    if (back?.kind === 'change') await suspendAccount.apply(both, accountId, back.change);
    assert.equal((await one.kinit(login, password)).ok, true);
    assert.equal((await two.kinit(login, password)).ok, true);
  });

  it('are changed only where it is still needed', async () => {
    await suspendAccount.apply(both, accountId, { disabled: true, on: [first] });

    assert.deepEqual(suspendAccount.plan(await suspendAccount.read(both, accountId), {}), {
      kind: 'change',
      summary: `Disable the account on ${second}.`,
      change: { disabled: true, on: [second] },
    });
    await suspendAccount.apply(both, accountId, { disabled: false, on: [first] });
  });

  it('need not all answer for access to be cut, but for it to count', async () => {
    const planned = suspendAccount.plan(await suspendAccount.read(halfLost, accountId), {});
    assert.equal(planned.kind, 'change');
    if (planned.kind === 'change') await suspendAccount.apply(halfLost, accountId, planned.change);

    assert.equal((await one.kinit(login, password)).ok, false);
    assert.deepEqual(suspendAccount.plan(await suspendAccount.read(halfLost, accountId), {}), {
      kind: 'underway',
      because: 'Done on the other domain controllers. 127.0.0.1:9 cannot be read now.',
    });
    await suspendAccount.apply(halfLost, accountId, { disabled: false, on: [first] });
  });

  it('stand in for each other when people are looked for and passwords replaced', async () => {
    assert.equal((await halfLost.accountsOf(keys))[0]?.id, accountId);
    assert.equal(await halfLost.check(), one.administrator);
    const receipt = await resetPassword.send(halfLost, accountId, {});
    assert.match(receipt.summary, new RegExp(`On ${first} pwdLastSet moved`));
  });

  it('are told apart in groups, left and rejoined on each', async () => {
    const dn = `CN=${login},${one.usersDn}`;
    const operators = `CN=DnsAdmins,${one.usersDn}`; // has the same key in every copy
    for (const samba of [one, two]) {
      await samba.change(`dn: ${operators}\nchangetype: modify\nadd: member\nmember: ${dn}\n`);
    }
    const before = await leaveGroups.read(both, accountId);
    assert.deepEqual(
      before.groups.map(({ name, on }) => ({ name, on })),
      [{ name: 'DnsAdmins', on: [first, second] }],
    );

    await two.change(`dn: ${operators}\nchangetype: modify\ndelete: member\nmember: ${dn}\n`);
    const planned = leaveGroups.plan(await leaveGroups.read(both, accountId), { keep: [] });
    assert.deepEqual(planned.kind === 'change' && planned.change.leave.map(({ on }) => on), [
      [first],
    ]);
    if (planned.kind === 'change') await leaveGroups.apply(both, accountId, planned.change);
    const after = await leaveGroups.read(both, accountId);
    assert.equal(leaveGroups.plan(after, { keep: [] }).kind, 'done');

    const back = leaveGroups.restore?.(after, before);
    assert.equal(back?.kind, 'change');
    if (back?.kind === 'change') await leaveGroups.apply(both, accountId, back.change);
    assert.deepEqual(await leaveGroups.read(both, accountId), before);
  });

  it('wait for each other after a deletion', async () => {
    await deleteAccount.apply(both, accountId, 'delete');

    const planned = deleteAccount.plan(await deleteAccount.read(both, accountId), {});

    assert.deepEqual(planned, {
      kind: 'underway',
      because: `Deleted; ${second} does not show it yet.`,
    });
  });

  it('are unavailable only when none of them answers', async () => {
    const nobody = openFor([lost, { ...lost, ldapsUrl: 'ldaps://127.0.0.2:9' }]);
    await assert.rejects(suspendAccount.read(nobody, accountId), {
      message: /^unavailable: 127\.0\.0\.1:9, .*ECONNREFUSED/,
    });
    await assert.rejects(nobody.accountsOf(keys), { message: /^unavailable: / });
    await assert.rejects(nobody.check(), { message: /^unavailable: / });
  });
});
