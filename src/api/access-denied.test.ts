import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { stateDenials } from '#app/access-denials.ts';
import type { TestUser } from '#app/testing/app.ts';
import { until } from '#core/testing/until.ts';
import { startTestApi, type TestApi } from './testing/api.ts';

const invented = (i: number) => `01M83VKER15E4DWGJN9YVPF${String(i).padStart(3, '0')}`;

describe('what somebody asks for who may not', () => {
  let api: TestApi;
  let manager: TestUser;
  let operator: TestUser;
  let hidden: string;

  before(async () => {
    api = await startTestApi();
    const hr = await api.addUser('Hanna Hr', ['hr']);
    manager = await api.addUser('Mia Manager', ['manager']);
    operator = await api.addUser('Otis Operator', ['it-operator']);
    hidden = await api.openDeparture(hr.caller, { confidential: true });
  });
  after(() => api.app.live.stop());

  const counted = async () => {
    const { rows } = await api.pools.admin.query<{ action: string; count: number }>(
      'select user_id as "userId", action, resource, count from access_denials order by action, user_id',
    );
    return rows;
  };
  const total = async (n: number) =>
    until(`${n} refusals to be counted`, async () => {
      const rows = await counted();
      return rows.reduce((sum, it) => sum + it.count, 0) === n && rows;
    });
  const stated = async () => {
    await stateDenials(api.app);
    await api.sequenceAll();
    const bodies = (await api.entries()).map(({ body }) => body as Record<string, unknown>);
    return bodies.filter((it) => it['type'] === 'access.denied');
  };

  it('is counted by user and kind of request, however many ids are made up', async () => {
    for (let i = 0; i < 12; i += 1) {
      const asked = await api.ask(`/api/v1/cases/${invented(i)}/pause`, {
        token: manager.token,
        json: { reason: 'wait' },
      });
      assert.equal(asked.status, 403);
    }
    assert.equal((await api.ask('/api/v1/audit', manager)).status, 403);

    const { id } = manager.caller.user;
    assert.deepEqual(await total(13), [
      { userId: id, action: 'GET /audit', resource: 'audit', count: 1 },
      { userId: id, action: 'POST /cases/:id/pause', resource: 'cases', count: 12 },
    ]);
  });

  it('names the case that somebody need not know of, and none that is not there', async () => {
    for (const id of [hidden, invented(0)]) {
      assert.equal((await api.ask(`/api/v1/cases/${id}`, operator)).status, 404);
    }
    const step = await api.addStep(hidden, { status: 'held' });
    const asked = await api.ask(`/api/v1/steps/${step}/retry`, { ...operator, method: 'POST' });
    assert.equal(asked.status, 404);

    const rows = await total(15);
    assert.deepEqual(
      rows.flatMap((it) => (it.action.startsWith('GET /cases') ? [it] : [])),
      [
        {
          ...{ userId: operator.caller.user.id, action: 'GET /cases/:id' },
          ...{ resource: hidden, count: 1 },
        },
      ],
    );
  });

  it('cannot be filled by strangers, nor by what is merely wrong', async () => {
    assert.equal((await api.ask('/api/v1/audit')).status, 401);
    assert.equal((await api.ask('/api/v1/audit', { token: 'gate_x' })).status, 401);
    assert.equal((await api.ask(`/api/v1/tasks?limit=x`, operator)).status, 422);
    assert.equal((await api.ask(`/api/v1/nothing`, operator)).status, 404);
    const another = await api.ask('/api/v1/audit', manager);
    assert.equal(another.status, 403);
    await total(16);
  });

  it('stands in the record once the quarter of an hour is over, once', async () => {
    assert.deepEqual(await stated(), [], 'it is not over');
    await api.pools.admin.query(
      "update access_denials set window_starts = window_starts - interval '15 minutes'",
    );
    const facts = await stated();
    assert.deepEqual(
      facts
        .map(({ actor, data, case: about }) => {
          const { id } = actor as { id: string };
          const { action, resource, count } = data as Record<string, unknown>;
          return [id, action, resource, count, about];
        })
        .toSorted((a, b) => String(a[1]).localeCompare(String(b[1]))),
      [
        [manager.caller.user.id, 'GET /audit', 'audit', 2, undefined],
        [operator.caller.user.id, 'GET /cases/:id', hidden, 1, hidden],
        [manager.caller.user.id, 'POST /cases/:id/pause', 'cases', 12, undefined],
        [operator.caller.user.id, 'POST /steps/:id/retry', hidden, 1, hidden],
      ],
    );
    assert.equal((await stated()).length, 4);
  });

  it('tells an auditor nothing of a case that is confidential', async () => {
    const auditor = await api.addUser('Aud Itor', ['auditor']);
    const answer = await api.ask('/api/v1/audit?type=access.denied', auditor);
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.match(text, /cases\/:id\/pause/);
    assert.doesNotMatch(text, new RegExp(hidden));
  });
});
