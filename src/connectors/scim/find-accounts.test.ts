import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PersonKeys } from '#connector-kit/contract.ts';
import { failsAs, people, practise } from '../../../practice/servers/scim-testing.ts';
import { findAccounts } from './find-accounts.ts';
import { suspendAccount } from './suspend-account.ts';

const ada: PersonKeys = { email: 'ada@acme.test', employeeNumber: 'E-1', name: 'Ada' };
const userNamed = (id: string, userName: string) => ({ id, userName });

describe('find accounts', () => {
  it('shows the one account of a person once, by whatever it is found', async () => {
    const { client } = await practise();

    assert.deepEqual(await findAccounts(client, ada), [
      {
        id: 'ada',
        login: 'ada@acme.test',
        status: 'active',
        privileged: false,
        lastSeenAt: null,
      },
    ]);
  });

  it('finds accounts by user name, then address, then personnel number', async () => {
    const { client } = await practise({
      users: [
        { id: '1', userName: 'ada-payroll', externalId: 'E-1' },
        { id: '2', userName: 'admin-ada', emails: [{ value: 'ada@acme.test' }] },
        { id: '3', userName: 'ada@acme.test' },
        { id: '4', userName: 'ada@acme.test.evil', externalId: 'e-1' },
      ],
      groups: [],
    });

    const found = await findAccounts(client, ada);

    assert.deepEqual(
      found.map((it) => it.id),
      ['3', '2', '1'],
    );
  });

  it('asks for no personnel number when there is none to ask for', async () => {
    const { client, server } = await practise();

    await findAccounts(client, { ...ada, employeeNumber: null });

    assert.ok(server.requests.every((it) => !it.path.includes('externalId')));
  });

  it('answers an empty list only when the server said that there is nobody', async () => {
    const { client } = await practise();
    const nobody = { email: 'nobody@acme.test', employeeNumber: null, name: 'Nobody' };

    assert.deepEqual(await findAccounts(client, nobody), []);
  });

  it('finds an address whatever its case', async () => {
    const { client } = await practise();

    assert.equal((await findAccounts(client, { ...ada, email: 'Ada@ACME.test' })).length, 1);
  });

  it('lists everybody where the server cannot search', async () => {
    const crowd = Array.from({ length: 250 }, (_, i) => userNamed(`u${i}`, `u${i}@acme.test`));
    const { client } = await practise(
      { quirks: { filters: 'refused' }, users: [...crowd, ...people] },
      { filters: false },
    );

    const found = await findAccounts(client, ada);

    assert.deepEqual(
      found.map((it) => it.id),
      ['ada'],
    );
  });

  it('takes nobody for the person when the server ignores the search', async () => {
    const { client } = await practise({ quirks: { filters: 'ignored' } });

    await assert.rejects(findAccounts(client, ada), failsAs('unexpected'));
  });

  for (const name of [
    `o'neil "the boss"@acme.test`,
    'a/b\\c@acme.test',
    'ü+ñ %20&startIndex=9#?@acme.test',
    '") or userName pr or (userName eq "@acme.test',
    '李雷\u202e\u0000@acme.test',
  ]) {
    it(`finds exactly the one who is called ${JSON.stringify(name)}`, async () => {
      const users = [...people, userNamed('hostile', name)];
      const { client } = await practise({ users }, { findBy: ['userName'] });

      const found = await findAccounts(client, { ...ada, email: name });

      assert.deepEqual(
        found.map(({ id, login }) => ({ id, login })),
        [{ id: 'hostile', login: name }],
      );
    });
  }

  for (const id of ['a/b?c=1&d#e%2F ü', `it's me`, '...', 'Users']) {
    it(`reaches the account with the id ${id} and no other`, async () => {
      const { client, server } = await practise({ users: [...people, userNamed(id, 'odd')] });

      await suspendAccount.apply(client, id, { active: false });

      assert.deepEqual(await suspendAccount.read(client, id), { active: false });
      assert.deepEqual(
        [...server.users.values()].filter((it) => !it.active).map((it) => it.id),
        [id],
      );
    });
  }

  for (const id of ['', '.', '..']) {
    it(`sends nothing about the id "${id}", which would mean another address`, async () => {
      const { client, server } = await practise();

      await assert.rejects(suspendAccount.read(client, id), failsAs('unexpected'));
      assert.deepEqual(server.requests, []);
    });
  }

  it('reads booleans that are written as text', async () => {
    const users = [{ ...people[0]!, active: false }, people[1]!];
    const { client } = await practise({ users, quirks: { booleans: 'text' } });

    const statuses = [];
    for await (const user of client.allUsers()) statuses.push(user.active);

    assert.deepEqual(statuses, [false, true]);
    assert.equal((await findAccounts(client, ada))[0]?.status, 'suspended');
  });

  it('calls an inactive account deleted where deactivating deletes', async () => {
    const { client } = await practise(
      { users: [{ ...people[0]!, active: false }], groups: [] },
      { deactivation: 'deletes' },
    );

    assert.equal((await findAccounts(client, ada))[0]?.status, 'deleted');
  });

  it('knows administrators by role, user type or group', async () => {
    const { client } = await practise(
      {
        users: [
          { ...people[0]!, roles: [{ value: 'owner', display: 'Owner' }] },
          { ...people[1]!, userType: 'Super admin' },
          userNamed('eve', 'eve@acme.test'),
        ],
        groups: [{ displayName: 'Admins', members: ['eve'] }],
      },
      { administrators: ['Owner', 'Super admin', 'Admins'] },
    );
    const isPrivileged = async (email: string) =>
      (await findAccounts(client, { email, employeeNumber: null, name: '' }))[0]?.privileged;

    assert.equal(await isPrivileged('ada@acme.test'), true);
    assert.equal(await isPrivileged('bob@acme.test'), true);
    assert.equal(await isPrivileged('eve@acme.test'), true);
  });
});
