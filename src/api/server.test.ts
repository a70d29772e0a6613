import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';
import { requestFor, requests } from './testing/requests.ts';

describe('what stands before every route', () => {
  let api: TestApi;
  let admin: TestUser;
  let nobody: TestUser;

  before(async () => {
    api = await startTestApi();
    admin = await api.addUser('Ada Admin', ['it-admin', 'security', 'hr']);
    nobody = await api.addUser('Nora Nobody', []);
  });

  const askFor = (route: string, token?: string) => {
    const { path, it } = requestFor(route);
    return api.ask(path, { ...it, ...(token ? { token } : {}) });
  };

  it('knows every route that there is', () => {
    const routes = api.api.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/'))
      .map(({ method, path }) => `${method} ${path.slice('/api/v1'.length)}`);
    assert.deepEqual([...new Set(routes)].toSorted(), Object.keys(requests).toSorted());
  });

  for (const route of Object.keys(requests)) {
    it(`lets nobody to ${route} without a key`, async () => {
      const problem = await problemIn(await askFor(route), 401);
      assert.equal(problem.type, 'urn:gatehouse:problem:unauthenticated');
    });
  }

  // One's own keys and sessions are for everybody who has one.
  const forEverybody = [
    'GET /tokens',
    'GET /session',
    'DELETE /session',
    'GET /sessions',
    'POST /session/step-up/options',
    'POST /session/step-up',
  ];
  for (const route of Object.keys(requests).filter((it) => !forEverybody.includes(it))) {
    it(`lets nobody without a role to ${route}`, async () => {
      const { status } = await askFor(route, nobody.token);
      assert.ok(status === 403 || status === 404, String(status));
    });
  }

  it('shows somebody without a role their own keys only', async () => {
    const { items } = await api.read<{ items: { name: string }[] }>('/api/v1/tokens', nobody);
    assert.deepEqual(
      items.map((it) => it.name),
      ['Nora Nobody’s key'],
    );
  });

  it('refuses keys that are cut off, changed, revoked, or not ours', async () => {
    const { token } = await api.addUser('Rita Revoked', ['hr']);
    await api.ask(`/api/v1/tokens/${token.slice(5, 13)}`, { method: 'DELETE', token });
    const wrong = [
      token,
      admin.token.slice(0, -1),
      `${admin.token.slice(0, -1)}${admin.token.endsWith('A') ? 'B' : 'A'}`,
      'gate_',
      'x'.repeat(10_000),
    ];
    for (const it of wrong) {
      const response = await api.ask('/api/v1/cases', { token: it });
      assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer/);
      await problemIn(response, 401);
    }
  });

  it('says what there is not, in the same words everywhere', async () => {
    const unknown = await problemIn(await api.ask('/nothing'), 404);
    assert.deepEqual(
      { ...unknown, instance: '' },
      {
        type: 'urn:gatehouse:problem:not-found',
        title: 'Not found',
        status: 404,
        detail: 'There is nothing at this address. /openapi.json lists what there is.',
        instance: '',
        errors: [],
      },
    );
    await problemIn(await api.ask('/api/v1/nothing', admin), 404);
    await problemIn(await api.ask('/api/v1/cases/01NOTHING', admin), 404);
  });

  it('tells which methods an address knows', async () => {
    const response = await api.ask('/api/v1/cases', { method: 'PUT', token: admin.token });
    assert.equal(response.headers.get('allow'), 'GET, HEAD, POST');
    const { detail } = await problemIn(response, 405);
    assert.equal(detail, 'PUT is not known here; GET, HEAD, POST is.');
  });

  it('refuses a body that is no JSON, or says it is something else', async () => {
    const json = { 'content-type': 'application/json' };
    const broken = await api.ask('/api/v1/cases', { ...admin, text: '{"a":', headers: json });
    assert.match((await problemIn(broken, 400)).detail, /not readable as JSON/);

    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const other = await api.ask('/api/v1/cases', { ...admin, text: 'a=b', headers: form });
    assert.match((await problemIn(other, 415)).detail, /application\/json/);

    const csv = await api.ask('/api/v1/people/import', { ...admin, text: 'a', headers: json });
    assert.match((await problemIn(csv, 415)).detail, /text\/csv/);
  });

  it('names every field that does not fit', async () => {
    const response = await api.ask('/api/v1/cases', {
      ...admin,
      json: { personId: '', departure: { kind: 'fired', lastWorkingDay: '2026-02-30', why: 1 } },
    });
    const { errors, type } = await problemIn(response, 422);
    assert.equal(type, 'urn:gatehouse:problem:not-readable');
    assert.deepEqual(
      errors.map((it) => it.at),
      ['personId', 'departure.kind', 'departure.lastWorkingDay', 'departure.why'],
    );

    const query = await api.ask('/api/v1/cases?limit=0&state=gone', admin);
    assert.deepEqual(
      (await problemIn(query, 422)).errors.map((it) => it.at),
      ['limit', 'state'],
    );
  });

  it('refuses a body without a field as well as none at all', async () => {
    const { errors } = await problemIn(
      await api.ask('/api/v1/cases', { ...admin, method: 'POST' }),
      422,
    );
    assert.deepEqual(
      errors.map((it) => it.at),
      ['personId'],
    );
  });

  it('refuses bodies above the limit, announced or not', async () => {
    const large = JSON.stringify({ reason: 'x'.repeat(1024 * 1024) });
    const headers = { 'content-type': 'application/json' };
    const announced = { ...headers, 'content-length': String(large.length) };
    for (const sent of [headers, announced]) {
      const response = await api.ask('/api/v1/kill-switch', {
        ...admin,
        text: large,
        headers: sent,
      });
      assert.match((await problemIn(response, 413)).detail, /At most 1 MB/);
    }
  });

  it('refuses characters that the database cannot hold', async () => {
    await problemIn(await api.ask('/api/v1/cases?text=%00', admin), 422);
    const json = { reason: 'zero \u0000 byte' };
    await problemIn(await api.ask('/api/v1/kill-switch', { ...admin, json }), 422);
    const half = { ...admin, method: 'PATCH', json: { name: 'half of \ud83d' } };
    await problemIn(await api.ask('/api/v1/settings/company', half), 422);
  });

  it('hides what went wrong here, and names it in the log', async () => {
    await api.pools.admin.query('alter table alerts rename to alarms');
    try {
      const response = await api.ask('/api/v1/alerts', admin);
      const id = response.headers.get('x-request-id');
      const { detail } = await problemIn(response, 500);
      assert.equal(detail, `Gatehouse failed at this. The log of the server has it under ${id}.`);

      const line = api.log.find((it) => it.level === 'error');
      assert.equal(line?.fields['requestId'], id);
      assert.match(String(line?.fields['error']), /relation "alerts" does not exist/);
    } finally {
      await api.pools.admin.query('alter table alarms rename to alerts');
    }
  });

  it('protects every answer by its headers', async () => {
    for (const response of [
      await api.ask('/openapi.json'),
      await api.ask('/nothing'),
      await api.ask('/api/v1/cases'),
      await api.ask('/api/v1/cases', admin),
    ]) {
      const { headers } = response;
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/);
      assert.equal(headers.get('strict-transport-security'), 'max-age=31536000');
      assert.equal(headers.get('access-control-allow-origin'), null);
      assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    }
  });

  it('logs ids and no question of anybody', async () => {
    await api.ask('/api/v1/people?text=Priya', admin);
    const line = api.log.findLast((it) => it.message === 'request');
    assert.equal(line?.fields['path'], '/api/v1/people');
    assert.doesNotMatch(JSON.stringify(api.log), /Priya|gate_/);
  });

  it('allows 300 requests a minute with one key, and each key its own', async () => {
    const { token } = await api.addUser('Max Many', ['hr']);
    api.clock.nowMs = 1_000_000;
    for (let i = 0; i < 300; i += 1) {
      const { status } = await api.ask('/api/v1/kill-switch', { token });
      assert.equal(status, 200);
    }
    api.clock.nowMs += 20_000;
    const response = await api.ask('/api/v1/kill-switch', { token });
    assert.equal(response.headers.get('retry-after'), '40');
    await problemIn(response, 429);
    assert.equal((await api.ask('/api/v1/kill-switch', admin)).status, 200);

    api.clock.nowMs += 40_000;
    assert.equal((await api.ask('/api/v1/kill-switch', { token })).status, 200);
  });
});
