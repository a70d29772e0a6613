import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { deleteAccount } from '#connectors/ldap/delete-account.ts';
import { leaveGroups } from '#connectors/ldap/leave-groups.ts';
import { suspendAccount } from '#connectors/ldap/suspend-account.ts';
import { until } from '#core/testing/until.ts';
import { personDn, startSlapd } from '../practice/servers/slapd.ts';
import { openFor } from './targets/slapd-directory.ts';

const people = ['ada', 'bob', 'eve'].map((uid) => ({
  uid,
  name: uid,
  mail: `${uid}@meadow.example`,
  password: `of ${uid}`,
}));
const groups = [{ name: 'Staff', members: ['ada', 'bob', 'eve'] }];
const first = await startSlapd({ people, groups });
const copy = await startSlapd({ replicaOf: first });
after(async () => {
  await copy.stop();
  await first.stop();
});

const ca = `${first.caPem}${copy.caPem}`;
const directory = openFor(first, { servers: [first.ldapsUrl, copy.ldapsUrl] }, { ca });
const lock = { attribute: 'pwdAccountLockedTime', value: '000001010000Z' };
const suspend = suspendAccount(lock);
const leave = leaveGroups({});
const copyName = new URL(copy.ldapsUrl).host;

async function idOf(uid: string): Promise<string> {
  const keys = { email: `${uid}@meadow.example`, employeeNumber: null, name: uid };
  const [account] = await directory.accountsOf(keys);
  return account!.id;
}

describe('a directory with a copy that really replicates', () => {
  it('is suspended only once the copy shows it too', async () => {
    const id = await idOf('ada');
    await suspend.apply(directory, id, { lock: [lock.value] });

    const planned = async () => suspend.plan(await suspend.read(directory, id), {}).kind;
    await until('the copy to follow', async () => (await planned()) === 'done');

    assert.equal(await first.canBind(personDn('ada'), 'of ada'), false);
    assert.equal(await copy.canBind(personDn('ada'), 'of ada'), false);
    assert.deepEqual((await suspend.read(directory, id)).replicas, [
      { server: copyName, shows: 'the same' },
    ]);
  });

  it('has left its groups only once the copy shows it too', async () => {
    const id = await idOf('bob');
    const before = await leave.read(directory, id);
    await leave.apply(directory, id, { leave: before.groups, join: [] });

    const left = async () => leave.plan(await leave.read(directory, id), { keep: [] }).kind;
    await until('the copy to follow', async () => (await left()) === 'done');
  });

  it('has deleted somebody only once the copy shows it too', async () => {
    const id = await idOf('eve');
    await deleteAccount.apply(directory, id, 'delete');

    const gone = async () => deleteAccount.plan(await deleteAccount.read(directory, id), {}).kind;
    await until('the copy to follow', async () => (await gone()) === 'done');
    assert.deepEqual(await copy.search('(uid=eve)'), []);
  });

  it('refuses changes at the copy, in plain words', async () => {
    const swapped = openFor(first, { servers: [copy.ldapsUrl, first.ldapsUrl] }, { ca });
    const id = await idOf('bob');

    await assert.rejects(suspend.apply(swapped, id, { lock: [lock.value] }), {
      message: /^rejected: .*accepts no changes \(result 10\)/,
    });
  });
});

describe('a directory with a copy in trouble', () => {
  it('is cut on the first server all the same, and waits for the copy', async () => {
    const lost = await startSlapd({ replicaOf: first });
    const servers = [first.ldapsUrl, lost.ldapsUrl];
    const client = openFor(first, { servers }, { ca: `${ca}${lost.caPem}` });
    const id = await idOf('bob');
    await lost.stop();

    const planned = suspend.plan(await suspend.read(client, id), {});
    assert.equal(planned.kind, 'change');
    await suspend.apply(client, id, { lock: [lock.value] });

    const after = suspend.plan(await suspend.read(client, id), {});
    assert.deepEqual(after, {
      kind: 'underway',
      because: `Changed on the first server. ${new URL(lost.ldapsUrl).host} shows nothing readable.`,
    });
    assert.equal(await client.check(), `dn:${first.bindDn}`);
  });

  it('waits while the copy shows something else', async () => {
    const stranger = await startSlapd(); // knows nobody by this key
    after(() => stranger.stop());
    const servers = [first.ldapsUrl, stranger.ldapsUrl];
    const client = openFor(first, { servers }, { ca: `${ca}${stranger.caPem}` });
    const id = await idOf('bob');

    const { replicas } = await suspend.read(client, id);

    assert.deepEqual(replicas, [
      { server: new URL(stranger.ldapsUrl).host, shows: 'nothing readable' },
    ]);
  });

  it('fails its check when the copy refuses our password', async () => {
    const other = await startSlapd();
    after(() => other.stop());
    await other.change(
      `dn: ${other.bindDn}\nchangetype: modify\nreplace: userPassword\nuserPassword: other\n`,
    );
    const servers = [first.ldapsUrl, other.ldapsUrl];
    const client = openFor(first, { servers }, { ca: `${ca}${other.caPem}` });

    await assert.rejects(client.check(), { message: /^unauthenticated: / });
  });
});
