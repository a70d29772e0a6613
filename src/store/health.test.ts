import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type pg from 'pg';
import {
  countFailure,
  failuresUntilDown,
  markDown,
  noteAnswer,
  quietConnection,
  restingConnections,
  takeProbe,
} from './health.ts';
import { startDatabase } from './testing/database.ts';

describe('the health of connections', () => {
  let db: pg.Pool;
  const probeMs = 60_000;

  before(async () => {
    const { pools } = await startDatabase();
    db = pools.worker;
    // What makes a connection is the app's matter; here it only has to be there.
    await pools.admin.query('alter table connections disable trigger accounted');
    await pools.admin.query(`
      insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields,
                               allowed_hosts, state)
      select id, 1, 'scim', id, 'identity', '{}', '{}', '{}', '{}', state
        from (values ('okta', 'active'), ('wiki', 'active'), ('chat', 'active'), ('old', 'paused')) as it (id, state)
    `);
  });

  it('counts as down after three calls in a row that nobody answered, and not before', async () => {
    for (let call = 1; call < failuresUntilDown; call += 1) {
      assert.equal(await countFailure(db, 'okta'), call);
      assert.deepEqual(await markDown(db, { connectionId: 'okta', probeMs }), { wentDown: false });
    }
    assert.equal(failuresUntilDown, 3);
    assert.equal(await countFailure(db, 'okta'), 3);

    assert.deepEqual(await markDown(db, { connectionId: 'okta', probeMs }), { wentDown: true });
    assert.deepEqual(await markDown(db, { connectionId: 'okta', probeMs }), { wentDown: false });
  });

  it('lets one try at a time while it is down', async () => {
    assert.equal(await takeProbe(db, { connectionId: 'okta', probeMs }), false, 'not yet');
    await markDown(db, { connectionId: 'okta', probeMs: 0 });

    const tries = await Promise.all(
      Array.from({ length: 5 }, () => takeProbe(db, { connectionId: 'okta', probeMs })),
    );

    assert.equal(tries.filter(Boolean).length, 1);
  });

  it('is up again with the first answer, and counts from the beginning', async () => {
    assert.deepEqual(await noteAnswer(db, 'okta'), { cameBack: true });
    assert.deepEqual(await noteAnswer(db, 'okta'), { cameBack: false });
    assert.equal(await countFailure(db, 'okta'), 1);
  });

  it('does not go down for failures that an answer has followed', async () => {
    for (let call = 0; call < failuresUntilDown; call += 1) await countFailure(db, 'wiki');
    await noteAnswer(db, 'wiki');

    assert.deepEqual(await markDown(db, { connectionId: 'wiki', probeMs }), { wentDown: false });
  });

  it('says which connections rest: paused, down, or told to wait', async () => {
    await quietConnection(db, { connectionId: 'chat', forMs: 60_000 });
    await quietConnection(db, { connectionId: 'chat', forMs: 1 });
    for (let call = 0; call < failuresUntilDown; call += 1) await countFailure(db, 'wiki');
    await markDown(db, { connectionId: 'wiki', probeMs });

    assert.deepEqual([...(await restingConnections(db))].toSorted(), ['chat', 'old', 'wiki']);
  });
});
