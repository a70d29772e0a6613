import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { moveReports, ownedBy, transferOwnership } from '#connectors/ldap/hand-over.ts';
import {
  groupDn,
  groupEntry,
  personDn,
  personEntry,
  startSlapd,
} from '../practice/servers/slapd.ts';
import { openFor } from './targets/slapd-directory.ts';

const slapd = await startSlapd();
after(() => slapd.stop());
const directory = openFor(slapd);

let people = 0;

async function newPerson(attributes: Record<string, string[]> = {}) {
  const uid = `person${++people}`;
  const mail = `${uid}@meadow.example`;
  const entry = personEntry({ uid, name: uid, mail, password: 'x' });
  await slapd.add([{ ...entry, attributes: { ...entry.attributes, ...attributes } }]);
  const [account] = await directory.accountsOf({ email: mail, employeeNumber: null, name: uid });
  return { accountId: account!.id, uid, mail };
}

/** Somebody who owns one group alone and one with another, and manages somebody. */
async function newOwner() {
  const it = await newPerson();
  for (const [name, others] of [
    ['alone', []],
    ['shared', ['else']],
  ] as const) {
    const group = groupEntry({ name: `${name} of ${it.uid}`, members: ['else'] });
    const owner = [it.uid, ...others].map(personDn);
    await slapd.add([{ ...group, attributes: { ...group.attributes, owner } }]);
  }
  const report = await newPerson({ manager: [personDn(it.uid)] });
  return { ...it, report };
}

const receiver = await newPerson();
const to = receiver.mail;

async function valuesOf(dn: string, attribute: string): Promise<readonly string[]> {
  const [entry] = await slapd.search('(objectClass=*)', [attribute], dn);
  return [...(entry?.attributes[attribute] ?? [])].sort();
}
const ownersOf = (group: string) => valuesOf(groupDn(group), 'owner');

const data = () => slapd.search('(objectClass=*)');
const setUp = async () => {
  const { accountId } = await newOwner();
  return { client: directory, accountId, data };
};

describe('what an account owns on a real LDAP server', () => {
  it('is each group that names it as owner, and each person who names it as manager', async () => {
    const { accountId, uid, report } = await newOwner();

    const owned = await ownedBy(directory, accountId);

    assert.deepEqual(
      owned.map(({ name, kind, soleOwner }) => [name, kind, soleOwner]).sort(),
      [
        [`alone of ${uid}`, 'group', true],
        [`shared of ${uid}`, 'group', false],
        [report.uid, 'direct report', true],
      ].sort(),
    );
    assert.deepEqual(await ownedBy(directory, receiver.accountId), []);
  });
});

describe('handing over on a real LDAP server', () => {
  keepsPromises(transferOwnership, { to }, setUp);
  keepsPromises(moveReports, { to }, setUp);

  it('makes the receiver an owner, and shows who owns it now', async () => {
    const { accountId, uid } = await newOwner();
    const known = { params: { to }, before: null };
    const before = await transferOwnership.read(directory, accountId, known);
    const planned = transferOwnership.plan(before, { to });
    assert.ok(planned.kind === 'change');
    await transferOwnership.apply(directory, accountId, planned.change);

    assert.deepEqual(await ownersOf(`alone of ${uid}`), [personDn(receiver.uid)]);
    assert.deepEqual(
      await ownersOf(`shared of ${uid}`),
      [personDn('else'), personDn(receiver.uid)].sort(),
    );
    const after = await transferOwnership.read(directory, accountId, { ...known, before });
    assert.deepEqual(
      after.things.map(({ owners }) => owners.includes(personDn(receiver.uid))),
      [true, true],
    );
    assert.equal(transferOwnership.plan(after, { to }).kind, 'done');
  });

  it('sees when the receiver was taken out again behind our back', async () => {
    const { accountId, uid } = await newOwner();
    const known = { params: { to }, before: null };
    const before = await transferOwnership.read(directory, accountId, known);
    const group = groupDn(`alone of ${uid}`);
    await slapd.change(`dn: ${group}\nchangetype: modify\ndelete: owner\n`);

    const now = await transferOwnership.read(directory, accountId, { ...known, before });

    assert.equal(transferOwnership.plan(now, { to }).kind, 'change');
  });

  it('asks a person where the receiver has no account, and touches nothing', async () => {
    const { accountId } = await newOwner();
    const params = { to: 'nobody@meadow.example' };
    const now = await transferOwnership.read(directory, accountId, { params, before: null });
    const planned = transferOwnership.plan(now, params);
    assert.match(planned.kind === 'blocked' ? planned.because : '', /No account has the address/);
  });

  it('gives back to the owner from before, and leaves what others did meanwhile', async () => {
    const { accountId, uid } = await newOwner();
    const known = { params: { to }, before: null };
    const before = await transferOwnership.read(directory, accountId, known);
    const planned = transferOwnership.plan(before, { to });
    assert.ok(planned.kind === 'change');
    await transferOwnership.apply(directory, accountId, planned.change);
    const group = groupDn(`alone of ${uid}`);
    await slapd.change(
      `dn: ${group}\nchangetype: modify\nadd: owner\nowner: ${personDn('third')}\n`,
    );

    const now = await transferOwnership.read(directory, accountId, { ...known, before });
    const back = transferOwnership.restore?.(now, before);
    assert.ok(back?.kind === 'change');
    await transferOwnership.apply(directory, accountId, back.change);

    assert.deepEqual(await ownersOf(`alone of ${uid}`), [personDn('third'), personDn(uid)].sort());
  });
});
