import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { textOf } from '#connector-kit/ldap-entry.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { createAccount } from '#connectors/active-directory/create-account.ts';
import { deleteAccount } from '#connectors/active-directory/delete-account.ts';
import { joinGroups } from '#connectors/active-directory/join-groups.ts';
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

describe('a new account in Active Directory', () => {
  const create = createAccount(samba.usersDn);
  const newcomer = (number: number) => ({
    name: `Zoë de la Cruz ${number}`,
    email: `zoe${number}.de.la.cruz.the.third@meadow.example`,
    employeeNumber: `E-9${number}`,
    department: 'Sales',
    title: null,
  });
  const find = (email: string) => domain.accountsOf({ email, employeeNumber: null, name: '' });
  const person = newcomer(1);
  keepsPromises(create, { person }, async () => {
    const [made] = await find(person.email);
    if (made) await create.apply(domain, person.email, { do: 'delete', id: made.id });
    return { client: domain, accountId: person.email, data: accounts };
  });

  it('can be signed in to by nobody until somebody gives it a password', async () => {
    const someone = newcomer(2);
    await create.apply(domain, someone.email, { do: 'create', person: someone });

    const [account] = await find(someone.email);
    assert.equal(account?.status, 'active');
    assert.equal(account?.login, someone.email);
    const [entry] = await samba.search(`(mail=${someone.email})`, ['*']);
    assert.equal(await samba.canBind(entry!.dn, ''), false);
    const { sAMAccountName, displayName, employeeID, department } = entry!.attributes;
    assert.deepEqual(sAMAccountName, ['zoe2.de.la.cruz.the']);
    assert.deepEqual([displayName, employeeID, department], [[someone.name], ['E-92'], ['Sales']]);
  });

  it('that was there and disabled is enabled', async () => {
    const { accountId, keys, dn } = await newPerson();
    await suspendAccount.apply(domain, accountId, { disabled: true, on: [controllerName] });
    const old = { ...newcomer(3), email: keys.email };

    const planned = create.plan(await create.read(domain, keys.email), { person: old });
    assert.ok(planned.kind === 'change' && planned.change.do === 'open');
    await create.apply(domain, keys.email, planned.change);
    assert.equal(create.plan(await create.read(domain, keys.email), { person: old }).kind, 'done');
    assert.equal((await controlOf(dn)) & 2, 0);
  });

  /** Everything about people and groups that is not made anew with each account, such as its SID. */
  async function accounts() {
    const names = ['cn', 'mail', 'userAccountControl', 'member', 'sAMAccountName'];
    return (await samba.search('(|(objectClass=user)(objectClass=group))', names)).map(
      ({ dn, attributes }) => [dn, attributes],
    );
  }
});

describe('joining groups in Active Directory', () => {
  let made = 0;
  keepsPromises(joinGroups, { groups: ['Sailors', 'Cooks'] }, async () => {
    if (made++ === 0) for (const group of ['Sailors', 'Cooks']) await samba.addGroup(group, []);
    const { accountId } = await newPerson(['Staff']);
    return { client: domain, accountId, data };
  });

  it('joins none when one of them is not there', async () => {
    const { accountId } = await newPerson();
    const wanted = { do: 'join', groups: ['Sailors', 'Pirates'] } as const;
    await assert.rejects(joinGroups.apply(domain, accountId, wanted), /no group Pirates/);
    const state = await joinGroups.read(domain, accountId);
    assert.deepEqual(
      state.controllers.map(({ groups }) => groups),
      [[]],
    );
  });
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
