import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { fakeJumpCloud } from './fake.ts';
import { jumpCloud } from './index.ts';
import spec from './spec.json' with { type: 'json' };
import { setUp } from './test-directory.ts';

type Client = ReturnType<typeof setUp>['client'];
const find = (client: Client, email: string, employeeNumber: string | null = null) =>
  jumpCloud.accounts!.find(client, { email, employeeNumber, name: 'Priya Nair' });
async function list(client: Client) {
  const found = [];
  for await (const it of jumpCloud.accounts!.list(client)) found.push(it);
  return found;
}

describe('the documents of JumpCloud', () => {
  it('refuse what is not in them', async () => {
    const strict = conforming(fakeJumpCloud({ users: [] }).fetch, spec, null);
    const at = 'https://console.jumpcloud.com/api/systemusers/priya';
    const headers = { 'content-type': 'application/json' };
    await assert.rejects(
      strict(at, { method: 'PUT', headers, body: '{"state":"GONE"}' }),
      failsAs('unexpected', /does not fit/),
    );
    await assert.rejects(
      strict(`${at}/banish`, { method: 'POST' }),
      failsAs('unexpected', /not in the vendor/),
    );
  });
});

describe('people in JumpCloud', () => {
  it('are found by their exact address, however it is written', async () => {
    const users = [{ id: 'o', username: 'priya.nair@meadow.example.org' }];
    const { client } = setUp({ administrator: 'Administrator' }, { users });
    assert.deepEqual(await find(client, 'Priya.Nair@meadow.example'), [
      {
        ...{ id: 'priya', login: 'priya.nair@meadow.example', status: 'active' },
        ...{ privileged: true, lastSeenAt: null },
      },
    ]);
    assert.deepEqual(await find(client, 'eve@meadow.example'), []);
  });

  it('are found by the number only where that was said', async () => {
    const priya = { employeeIdentifier: 'E-1' };
    const byNumber = setUp(priya, {}, { findBy: ['employeeIdentifier'] }).client;
    assert.equal((await find(byNumber, 'x@y.example', 'E-1')).length, 1);
    assert.deepEqual(await find(byNumber, 'x@y.example'), []);
    assert.deepEqual(await find(setUp(priya).client, 'x@y.example', 'E-1'), []);
  });

  it('are listed to the last page, also those who were never let in', async () => {
    const users = Array.from({ length: 230 }, (_, i) => ({ id: `u${i}`, username: `u${i}` }));
    const { client } = setUp({ state: 'STAGED' }, { users });
    const found = await list(client);
    assert.equal(new Set(found.map(({ id }) => id)).size, 231);
    assert.equal(found.at(-1)!.status, 'suspended');
  });

  it('are not called nobody when JumpCloud refuses to tell', async () => {
    const { client, failNext } = setUp();
    failNext(Response.json({ message: 'Forbidden' }, { status: 403 }));
    await assert.rejects(find(client, 'priya.nair@meadow.example'), failsAs('forbidden'));
  });
});

describe('the API key of JumpCloud', () => {
  it('tells which organisation it is of, and goes to one host', async () => {
    const { client } = setUp({}, { organisationId: 'o-1' }, { organisationId: 'o-1' });
    assert.deepEqual(await jumpCloud.check(client), {
      ...{ actingAs: 'API key of Meadow & Co', scopes: null },
    });
    assert.deepEqual(jumpCloud.hosts(client.settings), ['console.jumpcloud.com:443']);
  });

  it('that is wrong is said to be', async () => {
    const { client } = setUp({}, { apiKey: 'another' });
    await assert.rejects(jumpCloud.check(client), failsAs('unauthenticated'));
  });
});
