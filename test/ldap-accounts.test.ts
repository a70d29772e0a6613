import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { textsOf } from '#connector-kit/ldap-entry.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { deleteAccount } from '#connectors/ldap/delete-account.ts';
import { resetPassword } from '#connectors/ldap/reset-password.ts';
import { suspendAccount } from '#connectors/ldap/suspend-account.ts';
import { personDn, personEntry, startSlapd } from '../practice/servers/slapd.ts';
import { openFor } from './targets/slapd-directory.ts';

const slapd = await startSlapd();
after(() => slapd.stop());
const directory = openFor(slapd);

const lock = { attribute: 'pwdAccountLockedTime', value: '000001010000Z' };
const suspend = suspendAccount(lock);
let people = 0;

/** A new person on the server, known to nobody else. */
async function newPerson(uid = `person${++people}`) {
  const password = `secret of ${uid}`;
  await slapd.add([
    personEntry({ uid, name: `Person ${uid}`, mail: `${uid}@meadow.example`, password }),
  ]);
  const keys = { email: `${uid}@meadow.example`, employeeNumber: null, name: uid };
  const [account] = await directory.accountsOf(keys);
  const dn = personDn(uid);
  return { accountId: account!.id, keys, dn, signsIn: () => slapd.canBind(dn, password) };
}

const setUp = async () => {
  const { accountId } = await newPerson();
  return { client: directory, accountId, data: () => slapd.search('(objectClass=*)') };
};

describe('an LDAP account on a real server', () => {
  keepsPromises(suspend, {}, setUp);
  keepsPromises(deleteAccount, {}, setUp);

  it('cannot sign in once suspended, and can again once restored', async () => {
    const { accountId, keys, signsIn } = await newPerson();
    assert.equal(await signsIn(), true);

    const before = await suspend.read(directory, accountId);
    await suspend.apply(directory, accountId, { lock: [lock.value] });
    assert.equal(await signsIn(), false);
    assert.equal((await directory.accountsOf(keys))[0]?.status, 'suspended');

    await suspend.apply(directory, accountId, { lock: before.lock });
    assert.equal(await signsIn(), true);
    assert.equal((await directory.accountsOf(keys))[0]?.status, 'active');
  });

  it('gets back the lock that somebody else had set before us', async () => {
    const { accountId, dn } = await newPerson();
    const theirs = '20300101000000Z';
    await slapd.change(
      `dn: ${dn}\nchangetype: modify\nreplace: ${lock.attribute}\n${lock.attribute}: ${theirs}\n`,
    );
    const before = await suspend.read(directory, accountId);
    await suspend.apply(directory, accountId, { lock: [lock.value] });

    const back = suspend.restore?.(await suspend.read(directory, accountId), before);
    assert.equal(back?.kind, 'change');
    if (back?.kind === 'change') await suspend.apply(directory, accountId, back.change);

    assert.deepEqual((await suspend.read(directory, accountId)).lock, [theirs]);
  });

  it('is found by its key after a new name moved it', async () => {
    const { accountId, dn, keys } = await newPerson();
    await slapd.change(`dn: ${dn}\nchangetype: modrdn\nnewrdn: uid=married\ndeleteoldrdn: 1\n`);

    await suspend.apply(directory, accountId, { lock: [lock.value] });

    const [account] = await directory.accountsOf(keys);
    assert.deepEqual(
      [account?.id, account?.login, account?.status],
      [accountId, 'married', 'suspended'],
    );
  });

  it('can be locked by another attribute that the server heeds', async () => {
    const byTitle = { attribute: 'title', value: 'locked' };
    const { accountId, dn } = await newPerson();
    const other = openFor(slapd, { lockAttribute: 'title', lockedValue: 'locked' });
    const action = suspendAccount(byTitle);

    await action.apply(other, accountId, { lock: ['locked'] });

    const [entry] = await slapd.search('(objectClass=*)', ['title'], dn);
    assert.deepEqual(entry?.attributes['title'], ['locked']);
    assert.equal(action.plan(await action.read(other, accountId), {}).kind, 'done');
  });
});

describe('a password on a real server', () => {
  const reset = resetPassword(lock);

  it('is no longer accepted once replaced', async () => {
    const { accountId, signsIn } = await newPerson();

    const receipt = await reset.send(directory, accountId, {});

    assert.equal(await signsIn(), false);
    assert.match(receipt.summary, /random one that nobody knows\. .* shows pwdChangedTime \d+Z/);
  });

  it('can be replaced twice', async () => {
    const { accountId, dn } = await newPerson();
    const passwordOf = async () =>
      (await slapd.search('(objectClass=*)', ['userPassword'], dn))[0]?.attributes['userPassword'];

    await reset.send(directory, accountId, {});
    const once = await passwordOf();
    await reset.send(directory, accountId, {});

    assert.notDeepEqual(await passwordOf(), once);
  });

  it('leaves a suspended account suspended, although the server lifts the lock', async () => {
    const { accountId, dn } = await newPerson();
    await suspend.apply(directory, accountId, { lock: [lock.value] });

    await reset.send(directory, accountId, {});

    const entry = await directory.entry(directory.first, accountId, [lock.attribute]);
    assert.deepEqual(textsOf(entry, lock.attribute), [lock.value]);

    // The reason for our care: without it, the lock is gone.
    await slapd.change(
      `dn: ${dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: known\n`,
    );
    assert.equal(await slapd.canBind(dn, 'known'), true);
  });
});

describe('a password policy that does not heed locks', () => {
  it('is reported instead of calling the account suspended', async () => {
    const uid = 'laxly-locked';
    const person = { uid, name: 'Lax', mail: 'lax@meadow.example', password: 'still good' };
    const lax = await startSlapd({ people: [person], enforcesLocks: false });
    after(() => lax.stop());
    const client = openFor(lax);
    const [account] = await client.accountsOf({
      email: person.mail,
      employeeNumber: null,
      name: '',
    });

    await suspend.apply(client, account!.id, { lock: [lock.value] });

    assert.equal(await lax.canBind(personDn(uid), 'still good'), true);
    const planned = suspend.plan(await suspend.read(client, account!.id), {});
    assert.equal(planned.kind, 'blocked');
  });
});
