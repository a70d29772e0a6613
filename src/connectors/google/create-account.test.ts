import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { createAccount } from './create-account.ts';
import { setUp } from './test-company.ts';

const person = {
  ...{ name: 'Nora Lind', email: 'nora.lind@meadow.example', employeeNumber: 'E-77' },
  ...{ department: 'Sales', title: null },
};
const accountId = person.email;

describe('a new account in Google', () => {
  keepsPromises(createAccount, { person }, () => ({ ...setUp(), accountId }));
  keepsPromises(createAccount, { person }, () => ({
    ...setUp({}, { users: [{ id: 'old', primaryEmail: accountId, suspended: true }] }),
    accountId,
  }));

  it('is made in the unit that was named, with the number, and a password that nobody knows', async () => {
    const { client, users } = setUp({}, {}, { unit: '/Staff' });
    await createAccount.apply(client, accountId, { do: 'create', person });
    const made = users.find((it) => it.primaryEmail === accountId);
    assert.deepEqual([made?.orgUnitPath, made?.number], ['/Staff', 'E-77']);
  });

  it('is not taken for there because somebody else has the address as an alias', async () => {
    const { client } = setUp({ aliases: [accountId] });
    const now = await createAccount.read(client, accountId);
    assert.deepEqual(now, { accounts: [] });
    await assert.rejects(
      createAccount.apply(client, accountId, { do: 'create', person }),
      failsAs('rejected', /already exists/),
    );
  });

  it('is not called made when Google took the request and did nothing', async () => {
    const users = [{ id: 'admin', primaryEmail: 'gatehouse@meadow.example' }];
    const { client } = setUp({}, { users });
    await createAccount.apply(client, accountId, { do: 'create', person });
    const now = await createAccount.read(client, accountId);
    assert.equal(createAccount.plan(now, { person }).kind, 'change');
  });
});
