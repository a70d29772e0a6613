import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { fakeAtlassian } from './fake.ts';
import { atlassian } from './index.ts';
import spec from './spec.json' with { type: 'json' };
import { setUp } from './test-organisation.ts';

type Client = ReturnType<typeof setUp>['client'];
const find = (client: Client, email: string) =>
  atlassian.accounts!.find(client, { email, employeeNumber: null, name: 'Priya Nair' });
async function list(client: Client) {
  const found = [];
  for await (const it of atlassian.accounts!.list(client)) found.push(it);
  return found;
}

describe('the documents of Atlassian', () => {
  it('refuse what is not in them', async () => {
    const strict = conforming(fakeAtlassian({ members: [] }).fetch, spec, null);
    const at = 'https://api.atlassian.com/admin/v2/orgs/org/directories/-/users';
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    await assert.rejects(
      strict(`${at}/search`, { ...post, body: '{"email":"p@meadow.example"}' }),
      failsAs('unexpected', /does not fit|no such property/),
    );
    await assert.rejects(
      strict(`${at}/p/banish`, post),
      failsAs('unexpected', /not in the vendor/),
    );
  });
});

describe('people in an Atlassian organisation', () => {
  it('are found by their exact address, whatever the case, with when they were last there', async () => {
    const members = [{ accountId: 'o', email: 'priya.nair@meadow.example.org' }];
    const roles = [{ role: 'atlassian/org-admin', resource: null }];
    const lastActive = '2026-11-28T10:00:00.000Z';
    const { client } = setUp({ roles, lastActive }, { members });
    assert.deepEqual(await find(client, 'Priya.Nair@meadow.example'), [
      {
        ...{ id: '557057:priya', login: 'priya.nair@meadow.example', status: 'active' },
        ...{ privileged: true, lastSeenAt: new Date(lastActive) },
      },
    ]);
    assert.deepEqual(await find(client, 'eve@meadow.example'), []);
  });

  it('are suspended when deactivated or without access, and active while their account still opens doors', async () => {
    const members = [
      { accountId: 'a', email: 'a@x.example', accountStatus: 'inactive' as const },
      { accountId: 'b', email: 'b@x.example', directories: [{ id: 'd1', suspended: true }] },
      { accountId: 'c', email: 'c@x.example', directories: [] },
      { accountId: 'd', email: 'd@x.example', accountStatus: 'closed' as const },
    ];
    const { client } = setUp({}, { members });
    assert.deepEqual(
      (await list(client)).map(({ status }) => status),
      ['suspended', 'suspended', 'active', 'deleted', 'active'],
    );
  });

  it('are listed to the last page', async () => {
    const members = Array.from({ length: 130 }, (_, i) => ({
      accountId: `m${i}`,
      email: `${i}@x.example`,
    }));
    const { client } = setUp({}, { members });
    assert.equal(new Set((await list(client)).map(({ id }) => id)).size, 131);
  });

  it('are not called nobody when Atlassian refuses to tell', async () => {
    const { client, failNext } = setUp();
    failNext(Response.json({ code: 403 }, { status: 403 }));
    await assert.rejects(find(client, 'priya.nair@meadow.example'), failsAs('forbidden'));
  });
});

describe('the API key of an organisation', () => {
  it('tells which organisation it is of, and goes to one host', async () => {
    const { client } = setUp();
    assert.deepEqual(await atlassian.check(client), {
      ...{ actingAs: 'API key of Meadow & Co', scopes: null },
    });
    assert.deepEqual(atlassian.hosts(client.settings), ['api.atlassian.com:443']);
  });

  it('that is wrong is said to be', async () => {
    const { client } = setUp({}, { apiKey: 'another' });
    await assert.rejects(atlassian.check(client), failsAs('unauthenticated'));
  });
});
