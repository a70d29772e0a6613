import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { until } from '#core/testing/until.ts';
import { type ScimServer, type ScimServerOptions, startScimServer } from './scim.ts';

const ada = { id: 'ada', userName: 'ada@acme.test' };

async function start(t: TestContext, options: Partial<ScimServerOptions> = {}) {
  const server = await startScimServer({ token: 'letmein', users: [ada], ...options });
  t.after(() => server.close());
  return server;
}

const ask = (server: ScimServer, method: string, path: string, body?: unknown) =>
  fetch(server.url + path, {
    method,
    headers: { authorization: 'Bearer letmein', 'content-type': 'application/scim+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const suspend = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', path: 'active', value: false }],
};

describe('the practice SCIM server', () => {
  it('stands beside others in one process, each with its own people', async (t) => {
    const first = await start(t);
    const second = await start(t);

    await ask(first, 'PATCH', '/Users/ada', suspend);

    assert.equal(first.users.get('ada')?.active, false);
    assert.equal(second.users.get('ada')?.active, true);
    assert.deepEqual(
      first.effects.map(({ id, what }) => ({ id, what })),
      [{ id: 'ada', what: 'suspended' }],
    );
    assert.deepEqual(second.effects, []);
    assert.deepEqual(
      first.requests.map(({ method, path, status }) => ({ method, path, status })),
      [{ method: 'PATCH', path: '/scim/v2/Users/ada', status: 200 }],
    );
  });

  it('keeps user names unique, whatever their case', async (t) => {
    const server = await start(t);
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];

    const taken = await ask(server, 'POST', '/Users', { schemas, userName: 'ADA@acme.test' });
    const free = await ask(server, 'POST', '/Users', { schemas, userName: 'bob@acme.test' });

    assert.deepEqual([taken.status, free.status], [409, 201]);
    assert.equal(server.users.size, 2);
  });

  it('lets nobody in without the token', async (t) => {
    const { url } = await start(t);

    assert.equal((await fetch(`${url}/Users`)).status, 401);
  });

  it('shows nested groups as indirect ones', async (t) => {
    const server = await start(t, {
      groups: [
        { id: 'inner', displayName: 'Inner', members: ['ada'] },
        { id: 'outer', displayName: 'Outer', members: ['inner'] },
      ],
    });

    const { groups } = await (await ask(server, 'GET', '/Users/ada')).json();

    assert.deepEqual(groups, [
      { value: 'inner', display: 'Inner', type: 'direct' },
      { value: 'outer', display: 'Outer', type: 'indirect' },
    ]);
  });

  it('lies, fails and stalls when it is told to', async (t) => {
    const server = await start(t);

    server.behaviour = 'lies';
    assert.equal((await ask(server, 'PATCH', '/Users/ada', suspend)).status, 200);
    assert.equal(server.users.get('ada')?.active, true);

    server.behaviour = 'down';
    assert.equal((await ask(server, 'GET', '/Users/ada')).status, 503);

    server.behaviour = 'rate-limited';
    const limited = await ask(server, 'GET', '/Users/ada');
    assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '7']);

    server.affects = (method) => method === 'PATCH';
    assert.equal((await ask(server, 'GET', '/Users/ada')).status, 200);

    server.behaviour = 'slow';
    server.slowMs = 50;
    const startedAt = performance.now();
    await ask(server, 'PATCH', '/Users/ada', suspend);
    assert.ok(performance.now() - startedAt >= 45);
    assert.equal(server.users.get('ada')?.active, false);
  });

  it('shows changes late when it is told to, and works on what is there', async (t) => {
    const server = await start(t, {
      groups: [{ id: 'inner', displayName: 'Inner', members: ['ada'] }],
    });
    const see = async () => (await ask(server, 'GET', '/Users/ada')).json();
    server.lateMs = 600_000;

    await ask(server, 'PATCH', '/Users/ada', suspend);
    await ask(server, 'DELETE', '/Groups/inner');

    const late = await see();
    assert.deepEqual([late.active, late.groups.length], [true, 1]);
    await ask(server, 'PATCH', '/Users/ada', suspend);
    assert.equal(server.effects.filter(({ what }) => what === 'suspended').length, 1);

    server.lateMs = 1;
    await until('the change to show', async () => (await see()).active === false);
    assert.equal((await see()).groups, undefined);
  });
});
