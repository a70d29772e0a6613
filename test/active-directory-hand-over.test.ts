import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { moveReports, transferOwnership } from '#connectors/active-directory/hand-over.ts';
import { ownedBy } from '#connectors/active-directory/owned.ts';
import { startSamba } from './targets/samba.ts';
import { openFor } from './targets/samba-domain.ts';

// The second controller is one of the same domain that nothing travels to.
const samba = await startSamba();
const two = await startSamba();
after(async () => {
  await samba.stop();
  await two.stop();
});
const domain = openFor([samba]);
const both = openFor([samba, two]);

let people = 0;

async function newPerson() {
  const login = `person${++people}`;
  const mail = `${login}@mail.example`;
  const dn = await samba.addUser({ login, password: `Secret-of-${login}`, mail });
  const [account] = await domain.accountsOf({ email: mail, employeeNumber: null, name: login });
  return { accountId: account!.id, login, mail, dn };
}

const setValue = (dn: string, attribute: string, value: string, at = samba) =>
  at.change(`dn: ${dn}\nchangetype: modify\nreplace: ${attribute}\n${attribute}: ${value}\n`);
const clear = (dn: string, attribute: string, at = samba) =>
  at.change(`dn: ${dn}\nchangetype: modify\nreplace: ${attribute}\n`);

async function ownerIn(dn: string, attribute: string, at = samba): Promise<string | null> {
  const [entry] = await at.search('(objectClass=*)', [attribute], dn);
  return entry?.attributes[attribute]?.[0] ?? null;
}

/** Somebody who owns a group, a computer and a unit, and manages somebody. */
async function newOwner() {
  const it = await newPerson();
  const named = (name: string) => `CN=${name},${samba.usersDn}`;
  const group = named(`Group of ${it.login}`);
  const computer = named(`PC-${it.login}`);
  const unit = `OU=Unit of ${it.login},${samba.baseDn}`;
  const report = `Report of ${it.login}`;
  const managedBy = [it.dn];
  await samba.add([
    { dn: group, attributes: { objectClass: ['group'], managedBy } },
    { dn: unit, attributes: { objectClass: ['organizationalUnit'], managedBy } },
    { dn: computer, attributes: { objectClass: ['computer'], managedBy } },
    { dn: named(report), attributes: { objectClass: ['user'], manager: [it.dn] } },
  ]);
  return { ...it, group, unit, computer, report: { name: report, dn: named(report) } };
}

const receiver = await newPerson();
const third = await newPerson();
const to = receiver.mail;
const known = { params: { to }, before: null };

async function handOver(action: typeof transferOwnership, accountId: string) {
  const before = await action.read(domain, accountId, known);
  const planned = action.plan(before, { to });
  assert.ok(planned.kind === 'change');
  await action.apply(domain, accountId, planned.change);
  return before;
}

const names = ['managedBy', 'manager', 'member', 'cn'];
const data = () => samba.search('(objectClass=*)', names);
const setUp = async () => {
  const { accountId } = await newOwner();
  return { client: domain, accountId, data };
};

describe('what an account owns in a real domain', () => {
  it('is whatever names it in managedBy, and each person who names it as manager', async () => {
    const { accountId, login, report } = await newOwner();

    const owned = await ownedBy(domain, accountId);

    assert.deepEqual(
      owned.map(({ name, kind, soleOwner }) => [name, kind, soleOwner]).sort(),
      [
        [`Group of ${login}`, 'group', true],
        [`Unit of ${login}`, 'other', true],
        [`PC-${login}`, 'computer', true],
        [report.name, 'direct report', true],
      ].sort(),
    );
    assert.deepEqual(await ownedBy(domain, receiver.accountId), []);
  });
});

describe('handing over in a real domain', () => {
  keepsPromises(transferOwnership, { to }, setUp);
  keepsPromises(moveReports, { to }, setUp);

  it('makes the receiver the owner, and shows who owns it now', async () => {
    const { accountId, group, unit, computer, report, dn } = await newOwner();

    const before = await handOver(transferOwnership, accountId);

    for (const it of [group, unit, computer]) {
      assert.equal(await ownerIn(it, 'managedBy'), receiver.dn);
    }
    assert.equal(await ownerIn(report.dn, 'manager'), dn, 'reports are another action');
    const after = await transferOwnership.read(domain, accountId, { ...known, before });
    const planned = transferOwnership.plan(after, { to });
    assert.match(planned.kind === 'done' ? planned.because : '', new RegExp(`^${to} has: `));
  });

  it('gives the reports another manager', async () => {
    const { accountId, report } = await newOwner();
    await handOver(moveReports, accountId);
    assert.equal(await ownerIn(report.dn, 'manager'), receiver.dn);
  });

  it('fills a place that was emptied behind our back, and leaves a third person in theirs', async () => {
    const { accountId, login, group, unit } = await newOwner();
    const before = await handOver(transferOwnership, accountId);
    await clear(group, 'managedBy');
    await setValue(unit, 'managedBy', third.dn);

    const now = await transferOwnership.read(domain, accountId, { ...known, before });
    const planned = transferOwnership.plan(now, { to });

    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, `Hand over to ${to}: Group of ${login}.`);
    await transferOwnership.apply(domain, accountId, planned.change);
    assert.equal(await ownerIn(group, 'managedBy'), receiver.dn);
    assert.equal(await ownerIn(unit, 'managedBy'), third.dn);
    const after = await transferOwnership.read(domain, accountId, { ...known, before });
    const settled = transferOwnership.plan(after, { to });
    const because = settled.kind === 'done' ? settled.because : '';
    assert.match(because, new RegExp(`Somebody else was given: Unit of ${login}\\.`));
  });

  it('does not overwrite what somebody else chose between plan and change', async () => {
    const { accountId, group } = await newOwner();
    const planned = transferOwnership.plan(await transferOwnership.read(domain, accountId, known), {
      to,
    });
    assert.ok(planned.kind === 'change');
    await setValue(group, 'managedBy', third.dn);

    await assert.rejects(transferOwnership.apply(domain, accountId, planned.change));

    assert.equal(await ownerIn(group, 'managedBy'), third.dn);
  });

  it('asks a person where the receiver has no account, or is the account itself', async () => {
    const { accountId, mail } = await newOwner();
    for (const [address, because] of [
      ['nobody@mail.example', /No account has the address/],
      [mail, /is the account itself/],
    ] as const) {
      const params = { to: address };
      const now = await transferOwnership.read(domain, accountId, { params, before: null });
      const planned = transferOwnership.plan(now, params);
      assert.match(planned.kind === 'blocked' ? planned.because : '', because);
    }
  });

  it('gives back to the owner from before, and leaves what others did meanwhile', async () => {
    const { accountId, dn, group, unit } = await newOwner();
    const before = await handOver(transferOwnership, accountId);
    await setValue(unit, 'managedBy', third.dn);

    const now = await transferOwnership.read(domain, accountId, { ...known, before });
    const back = transferOwnership.restore?.(now, before);
    assert.ok(back?.kind === 'change');
    await transferOwnership.apply(domain, accountId, back.change);

    assert.equal(await ownerIn(group, 'managedBy'), dn);
    assert.equal(await ownerIn(unit, 'managedBy'), third.dn);
  });

  it('is done on each controller that shows the account, and waits for the others', async () => {
    const { usersDn, realm } = samba;
    const { login } = samba.everywhere;
    const email = `${login}@${realm.toLowerCase()}`;
    const keys = { email, employeeNumber: null, name: login };
    const [account] = await both.accountsOf(keys);
    const accountId = account!.id;
    const operators = `CN=DnsAdmins,${usersDn}`; // has the same key in every copy
    for (const at of [samba, two]) {
      await setValue(operators, 'managedBy', `CN=${login},${usersDn}`, at);
    }

    const params = { to };
    const before = await transferOwnership.read(both, accountId, { params, before: null });
    const planned = transferOwnership.plan(before, params);
    assert.ok(planned.kind === 'change');
    await transferOwnership.apply(both, accountId, planned.change);

    // The receiver is known to the first controller only.
    assert.equal(await ownerIn(operators, 'managedBy'), receiver.dn);
    const half = await transferOwnership.read(both, accountId, { params, before });
    assert.deepEqual(transferOwnership.plan(half, params), {
      kind: 'underway',
      because: `${two.ip}:636 does not show an account with the address ${to} yet.`,
    });

    await two.addUser({ login: receiver.login, password: 'Secret-of-the-2nd', mail: to });
    const now = await transferOwnership.read(both, accountId, { params, before });
    const rest = transferOwnership.plan(now, params);
    assert.ok(rest.kind === 'change');
    assert.deepEqual(
      rest.change.map(({ controller }) => controller),
      [`${two.ip}:636`],
    );
    await transferOwnership.apply(both, accountId, rest.change);
    assert.equal(await ownerIn(operators, 'managedBy', two), receiver.dn);
    const after = await transferOwnership.read(both, accountId, { params, before });
    assert.equal(transferOwnership.plan(after, params).kind, 'done');
  });
});
