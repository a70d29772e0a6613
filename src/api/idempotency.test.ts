import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { until } from '#core/testing/until.ts';
import type { Requested } from './contract/cases.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

describe('an act with an idempotency key', () => {
  let api: TestApi;
  let hr: TestUser;
  let other: TestUser;
  let previews = 0;
  let preview: () => unknown = () => ({ question: 'Which playbook?' });

  before(async () => {
    api = await startTestApi(() => {
      previews += 1;
      return preview();
    });
    hr = await api.addUser('Hanna HR', ['hr']);
    other = await api.addUser('Olaf Other', ['hr']);
  });

  const plan = (key: string, by: TestUser, person = 'E-1') =>
    api.ask('/api/v1/plans', {
      token: by.token,
      json: { person, departure: { kind: 'resignation' } },
      headers: { 'idempotency-key': key },
    });

  it('is carried out once, and answers the same again', async () => {
    const { personId } = await api.addPerson();
    const send = () =>
      api.ask('/api/v1/cases', {
        token: hr.token,
        json: { personId, departure: { kind: 'resignation', lastWorkingDay: '2030-11-29' } },
        headers: { 'idempotency-key': 'start-1' },
      });

    const first = await send();
    const second = await send();

    assert.equal(first.status, 201);
    assert.equal(second.status, 201);
    assert.equal(second.headers.get('location'), first.headers.get('location'));
    assert.equal(second.headers.get('idempotency-replayed'), 'true');
    const body = await first.text();
    assert.equal(await second.text(), body);
    const { requestId }: Requested = JSON.parse(body);
    const { rows } = await api.pools.admin.query<{ id: string }>(
      "select id from deliveries where source = 'api'",
    );
    assert.deepEqual(rows, [{ id: requestId }]);
  });

  it('answers a refusal the same again, too', async () => {
    const first = await plan('refused', hr, '');
    const second = await plan('refused', hr, '');

    assert.equal(first.status, 422);
    assert.equal(second.status, 422);
    assert.equal(await second.text(), await first.text());
  });

  it('refuses another request with the same key', async () => {
    assert.equal((await plan('mixed', hr)).status, 200);
    const { detail } = await problemIn(await plan('mixed', hr, 'E-2'), 422);
    assert.match(detail, /used for another request/);
  });

  it('keeps the keys of two users apart', async () => {
    const before = previews;
    await plan('shared', hr);
    await plan('shared', other);
    assert.equal(previews, before + 2);
  });

  it('refuses the same request while the first is under way', async () => {
    const held = await api.pools.admin.connect();
    await held.query('begin; lock table orders in exclusive mode');
    const first = plan('slow', hr);
    await until('the first to be held', async () => {
      const { rowCount } = await held.query("select from idempotency where key = 'slow'");
      return rowCount === 1;
    });

    const second = await plan('slow', hr);

    const { detail } = await problemIn(second, 409);
    assert.match(detail, /still being carried out/);
    assert.equal(second.headers.get('retry-after'), '1');
    await held.query('rollback');
    held.release();
    assert.equal((await first).status, 200);
  });

  it('may be sent again when the fault was ours', async () => {
    preview = () => ({ nonsense: true });
    await problemIn(await plan('faulty', hr), 500);
    preview = () => ({ question: 'Which playbook?' });
    assert.equal((await plan('faulty', hr)).status, 200);
  });

  it('is taken over from a process that died under way', async () => {
    const { caller } = hr;
    await plan('died', hr);
    await api.pools.admin.query(
      `update idempotency set status = null, body = null, created_at = now() - interval '20 minutes'
        where actor = $1 and key = 'died'`,
      [caller.user.id],
    );
    const before = previews;
    assert.equal((await plan('died', hr)).status, 200);
    assert.equal(previews, before + 1);
  });

  it('is forgotten after a day, with all that was answered', async () => {
    await plan('old', hr);
    await api.pools.admin.query("update idempotency set created_at = now() - interval '25 hours'");
    await plan('new', hr);
    const { rows } = await api.pools.admin.query<{ key: string }>('select key from idempotency');
    assert.deepEqual(rows, [{ key: 'new' }]);
  });

  it('is refused when the key is no text that fits', async () => {
    for (const key of ['', 'x'.repeat(256), 'tab\there']) {
      await problemIn(await plan(key, hr), 422);
    }
  });
});
