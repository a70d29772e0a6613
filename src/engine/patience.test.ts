import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type pg from 'pg';
import { until } from '#core/testing/until.ts';
import { restingConnections } from '#store/health.ts';
import { startDatabase } from '#store/testing/database.ts';
import { patienceWith } from './patience.ts';

describe('patience with a long list', () => {
  let db: pg.Pool;
  before(async () => {
    const { pools } = await startDatabase();
    db = pools.worker;
    await pools.admin.query('alter table connections disable trigger accounted');
    await pools.admin.query(`
      insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields,
                               allowed_hosts, state)
      values ('okta', 1, 'okta', 'Okta', 'identity', '{}', '{}', '{}', '{}', 'active')
    `);
  });
  const notNow = (retryAfterMs: number) =>
    ({ kind: 'rate-limited', detail: 'answered 429', retryAfterMs }) as const;

  it('waits as long as the system wants it, and everybody else meanwhile', async () => {
    const start = performance.now();
    const waiting = patienceWith(db, 'okta')(notNow(1_500));
    await until('everybody else to wait', async () => (await restingConnections(db)).has('okta'));

    assert.equal(await waiting, true);
    assert.ok(performance.now() - start >= 1_495);
  });

  it('does not wait for a quarter of an hour, or for what no waiting mends', async () => {
    const patience = patienceWith(db, 'okta');
    assert.equal(await patience(notNow(16 * 60_000)), false);
    assert.equal(await patience({ kind: 'unavailable', detail: 'answered 503' }), false);
  });
});
