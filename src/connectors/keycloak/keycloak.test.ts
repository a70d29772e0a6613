import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openKeycloak } from './api.ts';
import { fakeKeycloak } from './fake.ts';
import { keycloak } from './index.ts';
import { settings } from './settings.ts';
import { corrected, setUp } from './test-realm.ts';

const keysOf = (email: string, employeeNumber: string | null = null) => ({
  ...{ email, employeeNumber, name: 'Priya Nair' },
});
const find = (client: ReturnType<typeof setUp>['client'], email: string, number?: string) =>
  keycloak.accounts!.find(client, keysOf(email, number));

async function all<T>(listed: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const it of listed) found.push(it);
  return found;
}

describe('the document of Keycloak', () => {
  it('refuses what is not in it', async () => {
    const strict = conforming(fakeKeycloak({ users: [] }).fetch, corrected, null);
    const at = 'https://id.meadow.test/admin/realms/meadow/users/priya';
    const sent = { headers: { 'content-type': 'application/json' }, body: '{"enabled":"no"}' };
    await assert.rejects(strict(at, { method: 'PUT', ...sent }), failsAs('unexpected', /enabled/));
    await assert.rejects(strict(`${at}/banish`, { method: 'POST' }), failsAs('unexpected'));
  });
});

describe('people in Keycloak', () => {
  it('are found by address and username, whatever the case, disabled or not', async () => {
    const users = [
      { id: 'other', username: 'priya.nair@meadow.example.org' },
      { id: 'admin', username: 'p-admin', email: 'priya.nair@meadow.example', enabled: false },
    ];
    const { client } = setUp({ email: 'somewhere@else.example' }, { users });
    const found = await find(client, 'Priya.Nair@meadow.example');
    assert.deepEqual(
      found.map(({ id, status }) => [id, status]),
      [
        ['admin', 'suspended'],
        ['priya', 'active'],
      ],
    );
    assert.deepEqual(await find(client, 'eve@meadow.example'), []);
  });

  it('are found by the number only where that was said', async () => {
    const priya = { attributes: { employeeNumber: ['E 1'] } };
    const byNumber = { findBy: ['employeeNumber' as const] };
    const { client } = setUp(priya, {}, byNumber);
    const ids = async (number?: string) =>
      (await find(client, 'x@y.example', number)).map((it) => it.id);
    assert.deepEqual(await ids('E 1'), ['priya']);
    assert.deepEqual(await ids('E'), []);
    assert.deepEqual(await ids(), []);
    assert.deepEqual(await find(setUp(priya).client, 'x@y.example', 'E 1'), []);
  });

  it('are privileged with an administrator role, of their own or through a group above theirs', async () => {
    const groups = [
      { id: 'g', path: '/Admins', members: [], adminRoles: ['manage-users'] },
      { id: 'h', path: '/Admins/Berlin', members: ['priya'] },
    ];
    const sam = { id: 'sam', username: 'sam', clientRoles: { 'realm-management': ['view-users'] } };
    const { client } = setUp({}, { groups, users: [sam, { id: 'eve', username: 'eve' }] });
    const [priya] = await find(client, 'priya.nair@meadow.example');
    assert.equal(priya?.privileged, true);

    const listed = await all(keycloak.accounts!.list(client));
    assert.deepEqual(
      listed.map(({ id, privileged }) => [id, privileged]),
      [
        ['sam', true],
        ['eve', false],
        ['priya', true],
      ],
    );
  });

  it('are listed to the last page', async () => {
    const users = Array.from({ length: 450 }, (_, i) => ({ id: `u${i}`, username: `u${i}` }));
    const { client } = setUp({}, { users });
    const ids = (await all(keycloak.accounts!.list(client))).map(({ id }) => id);
    assert.equal(new Set(ids).size, 451);
  });

  it('are not read for ever from a server that knows no pages', async () => {
    const { fetch } = setUp();
    const settled = settings.parse({
      ...{ address: 'https://id.meadow.test', realm: 'meadow', clientId: 'gatehouse' },
      clientSecret: 'one page',
    });
    const client = openKeycloak(settled, {
      ...loopbackIo,
      fetch: async (input, init) => {
        if (String(input).includes('/protocol/')) return token();
        const url = new URL(String(input));
        url.searchParams.delete('first');
        return fetch(url, init);
      },
    });
    await assert.rejects(all(client.allUsers()), failsAs('unexpected', /same page/));
  });

  it('are not called nobody when Keycloak refuses to tell', async () => {
    const { client } = setUp({}, { holds: [] });
    await assert.rejects(find(client, 'priya.nair@meadow.example'), failsAs('forbidden'));
  });
});

const token = () =>
  Response.json({ access_token: 'head.e30.tail', token_type: 'Bearer', expires_in: 300 });

describe('the client that stands for Gatehouse', () => {
  it('tells which roles it holds', async () => {
    const holds = ['manage-users', 'view-realm'];
    assert.deepEqual(await keycloak.check(setUp({}, { holds }).client), {
      actingAs: 'client gatehouse of meadow',
      scopes: holds,
    });
  });

  it('says so when it may not look at people', async () => {
    const { client } = setUp({}, { holds: ['view-realm'] });
    await assert.rejects(keycloak.check(client), failsAs('forbidden'));
  });

  it('is not let in with a wrong secret', async () => {
    const { client } = setUp({}, { secret: 'another' });
    await assert.rejects(keycloak.check(client), failsAs('unauthenticated', /unauthorized_client/));
  });

  it('is bound to the one host, and holds other roles in the master realm', async () => {
    const { client } = setUp({}, { realm: 'master' }, { realm: 'master' });
    assert.deepEqual(keycloak.hosts(client.settings), ['id.meadow.test:443']);
    assert.deepEqual((await keycloak.check(client)).scopes, ['realm-admin']);
    assert.equal(client.adminClient, 'master-realm');
  });
});
