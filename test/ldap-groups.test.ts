import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { leaveGroups } from '#connectors/ldap/leave-groups.ts';
import {
  type DirectoryGroup,
  groupDn,
  groupEntry,
  personDn,
  personEntry,
  startSlapd,
} from '../practice/servers/slapd.ts';
import { openFor } from './targets/slapd-directory.ts';

const slapd = await startSlapd();
after(() => slapd.stop());

const placeholderMember = `cn=nobody,ou=services,${slapd.baseDn}`;
const directory = openFor(slapd);
const withPlaceholder = openFor(slapd, { placeholderMember });
const leave = leaveGroups({});
const leaveOrReplace = leaveGroups({ placeholderMember });

let people = 0;

/** A new person, in groups that `others` are in as well. */
async function newMember(groups: readonly Omit<DirectoryGroup, 'members'>[], others = true) {
  const uid = `member${++people}`;
  const mail = `${uid}@meadow.example`;
  await slapd.add([
    personEntry({ uid, name: uid, mail, password: 'x' }),
    ...groups.map(({ name, ...rest }) =>
      groupEntry({
        name: `${name} of ${uid}`,
        members: others ? [uid, 'somebody', 'else'] : [uid],
        ...rest,
      }),
    ),
  ]);
  const [account] = await directory.accountsOf({ email: mail, employeeNumber: null, name: uid });
  return { accountId: account!.id, uid, group: (name: string) => `${name} of ${uid}` };
}

const allKinds = [
  { name: 'Staff' },
  { name: 'Unique', kind: 'groupOfUniqueNames' },
  { name: 'unix', kind: 'posixGroup' },
] as const;

async function membersOf(name: string): Promise<readonly string[]> {
  const attributes = ['member', 'uniqueMember', 'memberUid'];
  const [group] = await slapd.search('(objectClass=*)', attributes, groupDn(name));
  return Object.values(group?.attributes ?? {}).flat();
}

const data = () => slapd.search('(objectClass=*)');

describe('leaving every kind of group', () => {
  keepsPromises(leave, { keep: [] }, async () => {
    const { accountId } = await newMember(allKinds);
    return { client: directory, accountId, data };
  });
});

describe('leaving groups that then would be empty', () => {
  keepsPromises(leaveOrReplace, { keep: [] }, async () => {
    const { accountId } = await newMember(allKinds, false);
    return { client: withPlaceholder, accountId, data };
  });

  it('puts the placeholder in, and takes it out again on the way back', async () => {
    const { accountId, uid, group } = await newMember([{ name: 'Team' }], false);
    const before = await leaveOrReplace.read(withPlaceholder, accountId);

    await leaveOrReplace.apply(withPlaceholder, accountId, { leave: before.groups, join: [] });
    assert.deepEqual(await membersOf(group('Team')), [placeholderMember]);

    await leaveOrReplace.apply(withPlaceholder, accountId, { leave: [], join: before.groups });
    assert.deepEqual(await membersOf(group('Team')), [personDn(uid)]);
  });

  it('leaves all others first, then asks a person, when there is no placeholder', async () => {
    const { accountId, uid, group } = await newMember([{ name: 'Alone' }], false);
    await slapd.add([groupEntry({ name: `Others of ${uid}`, members: [uid, 'else'] })]);

    const first = leave.plan(await leave.read(directory, accountId), { keep: [] });
    assert.equal(first.kind, 'change');
    if (first.kind === 'change') await leave.apply(directory, accountId, first.change);

    const second = leave.plan(await leave.read(directory, accountId), { keep: [] });
    assert.equal(second.kind, 'blocked');
    assert.match(second.kind === 'blocked' ? second.because : '', /last member of Alone/);
    assert.deepEqual(await membersOf(group('Alone')), [personDn(uid)]);
    assert.deepEqual(await membersOf(`Others of ${uid}`), [personDn('else')]);
  });

  it('shows the words of the server when the group emptied behind our back', async () => {
    const { accountId, uid, group } = await newMember([{ name: 'Shrinking' }]);
    const before = await leave.read(directory, accountId);
    await slapd.change(
      `dn: ${groupDn(group('Shrinking'))}\nchangetype: modify\n` +
        `replace: member\nmember: ${personDn(uid)}\n`,
    );

    await assert.rejects(leave.apply(directory, accountId, { leave: before.groups, join: [] }), {
      name: 'ConnectorError',
      message: /^rejected: .*\(result 65\)/,
    });
  });
});

describe('groups on a real server', () => {
  it('are left once, and leaving them again is no failure', async () => {
    const { accountId, uid, group } = await newMember(allKinds);
    const { groups } = await leave.read(directory, accountId);

    await leave.apply(directory, accountId, { leave: groups, join: [] });
    await leave.apply(directory, accountId, { leave: groups, join: [] });

    for (const { name } of allKinds) {
      const members = await membersOf(group(name));
      assert.equal(
        members.some((it) => it === uid || it === personDn(uid)),
        false,
        name,
      );
      assert.equal(members.length, 2, name);
    }
  });

  it('are rejoined only where they were left', async () => {
    const { accountId, group } = await newMember(allKinds);
    const before = await leave.read(directory, accountId);
    await leave.apply(directory, accountId, { leave: before.groups, join: [] });
    await slapd.add([groupEntry({ name: `New ${group('')}`, members: ['else'] })]);

    const back = leave.restore?.(await leave.read(directory, accountId), before);
    assert.equal(back?.kind, 'change');
    if (back?.kind === 'change') {
      await leave.apply(directory, accountId, back.change);
      await leave.apply(directory, accountId, back.change); // twice is as good as once
    }

    assert.deepEqual(await leave.read(directory, accountId), before);
  });

  it('are kept when the playbook says so, by name or by full name', async () => {
    const { accountId, group } = await newMember(allKinds);
    const state = await leave.read(directory, accountId);

    const keep = [group('Staff').toUpperCase(), groupDn(group('Unique'))];
    const planned = leave.plan(state, { keep });

    const left = planned.kind === 'change' ? planned.change.leave.map(({ name }) => name) : [];
    assert.deepEqual(left, [group('unix')]);
  });

  it('are found again under a new name', async () => {
    const { accountId, uid, group } = await newMember([{ name: 'Old' }]);
    const { groups } = await leave.read(directory, accountId);
    await slapd.change(
      `dn: ${groupDn(group('Old'))}\nchangetype: modrdn\nnewrdn: cn=Renamed ${uid}\ndeleteoldrdn: 1\n`,
    );

    await leave.apply(directory, accountId, { leave: groups, join: [] });

    assert.equal((await membersOf(`Renamed ${uid}`)).includes(personDn(uid)), false);
  });

  it('with names full of special characters are left like any other', async () => {
    const uid = 'o,dd "+;<>\\=# (*)';
    const name = 'A, B + "C" \\ (*) #';
    const person = { uid, name: 'Odd', mail: 'odd@meadow.example', password: 'x' };
    await slapd.add([personEntry(person), groupEntry({ name, members: [uid, 'else'] })]);
    const [account] = await directory.accountsOf({
      email: 'odd@meadow.example',
      employeeNumber: null,
      name: '',
    });
    const { groups } = await leave.read(directory, account!.id);

    await leave.apply(directory, account!.id, { leave: groups, join: [] });

    assert.deepEqual(
      groups.map((it) => it.name),
      [name],
    );
    assert.deepEqual(await membersOf(name), [personDn('else')]);
  });
});
