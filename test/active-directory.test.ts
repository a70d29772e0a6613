import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { textOf } from '#connector-kit/ldap-entry.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { deleteAccount } from '#connectors/active-directory/delete-account.ts';
import { leaveGroups } from '#connectors/active-directory/leave-groups.ts';
import { resetPassword } from '#connectors/active-directory/reset-password.ts';
import { suspendAccount } from '#connectors/active-directory/suspend-account.ts';
import { startSamba } from './targets/samba.ts';
import { openFor } from './targets/samba-domain.ts';

const samba = await startSamba();
after(() => samba.stop());
const domain = openFor([samba]);
const [controller] = domain.controllers;
const controllerName = `${samba.ip}:636`;

let people = 0;

/** A new person in the domain, known to nobody else, in these new groups. */
async function newPerson(groups: readonly string[] = []) {
  const login = `person${++people}`;
  const password = `Secret-of-${login}`;
  const mail = `${login}@mail.example`;
  const dn = await samba.addUser({ login, password, mail });
  for (const group of groups) await samba.addGroup(`${group} of ${login}`, [dn]);
  const keys = { email: mail, employeeNumber: null, name: login };
  const [account] = await domain.accountsOf(keys);
  return { accountId: account!.id, login, password, dn, keys };
}

/** Everything in the domain; what changes by itself whenever somebody signs in is left out. */
async function data() {
  const restless = /^(lastLogon|logonCount|badP|lastLogoff)/;
  return (await samba.search('(objectClass=*)', ['*'])).map(({ dn, attributes }) => [
    dn,
    Object.entries(attributes).filter(([name]) => !restless.test(name)),
  ]);
}

const setUp = async () => {
  const { accountId } = await newPerson(['Staff', 'Sales']);
  return { client: domain, accountId, data };
};

async function controlOf(dn: string): Promise<number> {
  const [entry] = await samba.search('(objectClass=*)', ['userAccountControl'], dn);
  return Number(entry?.attributes['userAccountControl']?.[0]);
}

async function membersOf(group: string): Promise<readonly string[]> {
  const [entry] = await samba.search(`(cn=${group})`, ['member']);
  return entry?.attributes['member'] ?? [];
}

describe('an Active Directory account on a real domain controller', () => {
  keepsPromises(suspendAccount, {}, setUp);
  keepsPromises(leaveGroups, { keep: [] }, setUp);
  keepsPromises(deleteAccount, {}, setUp);
});

describe('suspending in Active Directory', () => {
  it('ends sign-in by LDAP and Kerberos, and restoring brings both back', async () => {
    const { accountId, login, password, dn, keys } = await newPerson();
    assert.equal(await samba.canBind(dn, password), true);
    assert.equal((await samba.kinit(login, password)).ok, true);

    await suspendAccount.apply(domain, accountId, { disabled: true, on: [controllerName] });

    const refused = await samba.signIn(dn, password);
    assert.equal(refused.code, 49);
    assert.match(refused.err, /data 533/);
    const kerberos = await samba.kinit(login, password);
    assert.equal(kerberos.ok, false);
    assert.match(kerberos.message, /revoked/);
    assert.equal((await domain.accountsOf(keys))[0]?.status, 'suspended');

    await suspendAccount.apply(domain, accountId, { disabled: false, on: [controllerName] });

    assert.equal(await samba.canBind(dn, password), true);
    assert.equal((await samba.kinit(login, password)).ok, true);
    assert.equal((await domain.accountsOf(keys))[0]?.status, 'active');
  });

  it('changes one flag and keeps all the others, both ways', async () => {
    const { accountId, dn } = await newPerson();
    const passwordNeverExpires = 0x10000;
    const before = 512 | passwordNeverExpires;
    await samba.change(
      `dn: ${dn}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: ${before}\n`,
    );

    await suspendAccount.apply(domain, accountId, { disabled: true, on: [controllerName] });
    assert.equal(await controlOf(dn), before | 2);

    await suspendAccount.apply(domain, accountId, { disabled: false, on: [controllerName] });
    assert.equal(await controlOf(dn), before);
  });

  it('does not stop a ticket that is out already, as the set-up page says', async () => {
    const { accountId, login, password } = await newPerson();
    const ticket = await samba.kinit(login, password);
    const [used, unused] = [`HOST/${samba.serverName}`, 'HOST/DC1'];
    const other = await newPerson();
    const theirs = await samba.kinit(other.login, other.password);
    for (const service of [used, unused]) {
      assert.equal((await theirs.serviceTicket(service)).ok, true, service);
    }
    assert.equal((await ticket.serviceTicket(used)).ok, true);

    await suspendAccount.apply(domain, accountId, { disabled: true, on: [controllerName] });

    assert.equal((await ticket.serviceTicket(used)).ok, true);
    assert.equal((await ticket.serviceTicket(unused)).ok, false);
  });

  it('finds the account by its key after a new name and a move', async () => {
    const { accountId, dn, keys } = await newPerson();
    await samba.add([
      {
        dn: `OU=Leavers ${accountId},${samba.baseDn}`,
        attributes: { objectClass: ['organizationalUnit'] },
      },
    ]);
    await samba.change(
      `dn: ${dn}\nchangetype: modrdn\nnewrdn: CN=Married\ndeleteoldrdn: 1\n` +
        `newsuperior: OU=Leavers ${accountId},${samba.baseDn}\n`,
    );

    await suspendAccount.apply(domain, accountId, { disabled: true, on: [controllerName] });

    const [account] = await domain.accountsOf(keys);
    assert.deepEqual([account?.id, account?.status], [accountId, 'suspended']);
  });
});

describe('a password in Active Directory', () => {
  it('is no longer accepted once replaced, and the receipt tells that it moved', async () => {
    const { accountId, login, password, dn } = await newPerson();
    const setAt = async () =>
      textOf(await domain.entry(controller!, accountId, ['pwdLastSet']), 'pwdLastSet');
    const before = await setAt();

    const receipt = await resetPassword.send(domain, accountId, {});
    await resetPassword.send(domain, accountId, {}); // safe to send twice

    assert.match(receipt.summary, new RegExp(`pwdLastSet moved from ${before} to \\d+`));
    assert.equal(await samba.canBind(dn, password), false);
    assert.equal((await samba.kinit(login, password)).ok, false);
  });

  it('leaves a suspended account suspended', async () => {
    const { accountId, dn } = await newPerson();
    await suspendAccount.apply(domain, accountId, { disabled: true, on: [controllerName] });

    await resetPassword.send(domain, accountId, {});

    assert.equal((await controlOf(dn)) & 2, 2);
  });
});

describe('groups in Active Directory', () => {
  it('are left once, and leaving or joining again is no failure', async () => {
    const { accountId, login, dn } = await newPerson(['Staff']);
    const { groups } = await leaveGroups.read(domain, accountId);

    await leaveGroups.apply(domain, accountId, { leave: groups, join: [] });
    await leaveGroups.apply(domain, accountId, { leave: groups, join: [] });
    assert.deepEqual(await membersOf(`Staff of ${login}`), []);

    await leaveGroups.apply(domain, accountId, { leave: [], join: groups });
    await leaveGroups.apply(domain, accountId, { leave: [], join: groups });
    assert.deepEqual(await membersOf(`Staff of ${login}`), [dn]);
  });

  it('include neither the primary group nor groups that contain a group', async () => {
    const { accountId, login } = await newPerson(['Team']);
    const [team] = await samba.search(`(cn=Team of ${login})`, ['1.1']);
    await samba.addGroup(`Outer of ${login}`, [team!.dn]);

    const state = await leaveGroups.read(domain, accountId);

    assert.deepEqual(
      state.groups.map(({ name }) => name),
      [`Team of ${login}`],
    );
    assert.equal(state.primaryGroup.name, 'Domain Users');

    await leaveGroups.apply(domain, accountId, { leave: state.groups, join: [] });
    const after = await leaveGroups.read(domain, accountId);
    assert.equal(after.primaryGroup.name, 'Domain Users');
    assert.deepEqual(await membersOf(`Outer of ${login}`), [team!.dn]);
  });

  it('ask a person when power hides in the primary group', async () => {
    const { accountId, dn, keys } = await newPerson();
    await samba.change(
      `dn: CN=Domain Admins,${samba.usersDn}\nchangetype: modify\nadd: member\nmember: ${dn}\n`,
    );
    await samba.change(
      `dn: ${dn}\nchangetype: modify\nreplace: primaryGroupID\nprimaryGroupID: 512\n`,
    );
    const state = await leaveGroups.read(domain, accountId);
    assert.equal(state.primaryGroup.name, 'Domain Admins');
    const rest = { ...state, groups: [] };

    assert.equal(leaveGroups.plan(rest, { keep: [] }).kind, 'blocked');
    assert.equal((await domain.accountsOf(keys))[0]?.privileged, true);
  });

  it('with names full of special characters are left like any other', async () => {
    const name = 'A, B + "C" \\ (*) #';
    const dn = await samba.addUser({ login: 'odd', password: 'Secret-of-1', name: 'O, "D" (*)\\' });
    const group = await samba.addGroup(name, [dn]);
    const [account] = await domain.accountsOf({
      email: `odd@${samba.realm.toLowerCase()}`,
      employeeNumber: null,
      name: '',
    });
    const { groups } = await leaveGroups.read(domain, account!.id);

    await leaveGroups.apply(domain, account!.id, { leave: groups, join: [] });

    assert.deepEqual(
      groups.map((it) => it.name),
      [name],
    );
    const [left] = await samba.search('(objectClass=*)', ['member'], group);
    assert.equal(left?.attributes['member'], undefined);
  });
});

describe('who has power in Active Directory', () => {
  it('is seen through groups within groups', async () => {
    const direct = await newPerson();
    const nested = await newPerson();
    const ordinary = await newPerson();
    const inner = await samba.addGroup('Inner circle', [nested.dn]);
    await samba.change(
      `dn: CN=Domain Admins,${samba.usersDn}\nchangetype: modify\n` +
        `add: member\nmember: ${direct.dn}\nmember: ${inner}\n`,
    );

    const privileged = new Map<string, boolean>();
    for await (const account of domain.allAccounts()) {
      privileged.set(account.id, account.privileged);
    }

    assert.equal(privileged.get(direct.accountId), true);
    assert.equal(privileged.get(nested.accountId), true);
    assert.equal(privileged.get(ordinary.accountId), false);
    assert.equal((await domain.accountsOf(nested.keys))[0]?.privileged, true);
    assert.equal((await domain.accountsOf(ordinary.keys))[0]?.privileged, false);
  });

  it('is seen by the mark that the domain puts on protected accounts', async () => {
    const { dn, keys } = await newPerson();
    await samba.change(`dn: ${dn}\nchangetype: modify\nreplace: adminCount\nadminCount: 1\n`);

    assert.equal((await domain.accountsOf(keys))[0]?.privileged, true);
  });
});
