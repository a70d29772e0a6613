import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type pg from 'pg';
import { endTurn, failTurn, gapsIn, takeTurn } from './sources.ts';
import { startDatabase } from './testing/database.ts';

const everyMs = 15 * 60_000;

describe('turns of reading a source', () => {
  let pools: Awaited<ReturnType<typeof startDatabase>>['pools'];
  let db: pg.Pool;
  let admin: pg.Pool;
  const connectionId = 'hr';
  const take = () => takeTurn(db, { connectionId, everyMs });
  /** As if so many seconds had passed. */
  const later = (seconds: number) =>
    admin.query('update sources set polled_at = polled_at - make_interval(secs => $1)', [seconds]);

  before(async () => {
    ({ pools } = await startDatabase());
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
    await endTurn(db, { connectionId, everyMs });
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
    await endTurn(db, { connectionId, everyMs });
    await later(15 * 60 + 1);
    assert.equal((await take())?.failuresInRow, 0);
  });

  it('leave a gap where they came late, which touches the days on which nobody looked', async () => {
    const gaps = async (from: string, to: string) =>
      (await gapsIn(pools.web, { from, to, everyMs })).map((it) => ({
        from: it.from?.toISOString() ?? null,
        ends: it.to !== null,
      }));
    const [always] = await gaps('2000-01-01', '2000-01-31');
    assert.deepEqual(always, { from: null, ends: true }, 'it was first read by this test');
    const since = '2001-03-05T12:00:00.000Z';
    await admin.query('update sources set succeeded_at = $1', [since]);

    const stillOpen = { from: since, ends: false };
    assert.deepEqual(await gaps('2001-03-01', '2001-03-05'), [always, stillOpen]);
    assert.deepEqual(await gaps('2001-03-01', '2001-03-04'), [always]);

    await endTurn(db, { connectionId, everyMs });
    const over = { from: since, ends: true };
    assert.deepEqual(await gaps('2010-01-01', '2010-01-01'), [always, over]);
    assert.deepEqual(await gaps('2999-01-01', '2999-12-31'), [], 'and is over now');

    await endTurn(db, { connectionId, everyMs });
    assert.deepEqual(await gaps('2001-03-06', '2001-03-06'), [always, over], 'in time: no gap');
  });
});
