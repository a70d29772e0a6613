import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type pg from 'pg';
import { endTurn, failTurn, takeTurn } from './sources.ts';
import { startDatabase } from './testing/database.ts';

const everyMs = 15 * 60_000;

describe('turns of reading a source', () => {
  let db: pg.Pool;
  let admin: pg.Pool;
  const connectionId = 'hr';
  const take = () => takeTurn(db, { connectionId, everyMs });
  /** As if so many seconds had passed. */
  const later = (seconds: number) =>
    admin.query('update sources set polled_at = polled_at - make_interval(secs => $1)', [seconds]);

  before(async () => {
    const { pools } = await startDatabase();
    ({ worker: db, admin } = pools);
    await admin.query('alter table connections disable trigger accounted');
    await admin.query(`
      insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields,
                               allowed_hosts, state)
      values ('hr', 1, 'bamboohr', 'HR', 'hr', '{}', '{}', '{}', '{}', 'active')`);
  });

  it('are taken by one at a time, and again when the next one is due', async () => {
    const taken = await Promise.all([take(), take(), take()]);
    assert.equal(taken.filter((it) => it !== null).length, 1);
    await endTurn(db, connectionId);
    assert.equal(await take(), null);
    await later(15 * 60 + 1);
    assert.equal((await take())?.failuresInRow, 0);
  });

  it('come again sooner after one that failed, and are not taken twice for that', async () => {
    await failTurn(db, { connectionId, everyMs, againInMs: 30_000 });
    assert.equal(await take(), null);
    await later(31);
    assert.equal((await take())?.failuresInRow, 1);
    await later(31);
    assert.equal(await take(), null, 'somebody is reading it');
    await endTurn(db, connectionId);
    await later(15 * 60 + 1);
    assert.equal((await take())?.failuresInRow, 0);
  });
});
