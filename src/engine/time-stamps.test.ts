import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { startLedger, type TestLedger } from '#ledger/testing/ledger.ts';
import { keepAuthorities, noteAnswer } from '#ledger/time-stamp-rows.ts';
import { listAlerts } from '#store/alerts.ts';
import { sql } from '#store/sql.ts';
import { tellOfTimeStamps } from './time-stamps.ts';

describe('an authority that gives no time stamps any more', () => {
  let ledger: TestLedger;
  before(async () => {
    ledger = await startLedger();
    await keepAuthorities(ledger.pools.scribe, ['tsa-a', 'tsa-b']);
  });

  const told = async () => {
    await tellOfTimeStamps({ pool: ledger.pools.worker });
    const alerts = await listAlerts(ledger.pools.worker, 10);
    return alerts.filter(({ resolvedAt }) => resolvedAt === null);
  };

  it('is told of after six hours, and no more once it gives one or is asked no more', async () => {
    const { scribe, admin } = ledger.pools;
    await noteAnswer(scribe, 'tsa-b', 'did not come: no answer in time');
    assert.deepEqual(await told(), []);

    await admin.query(
      sql`update ledger.tsa set failing_since = failing_since - interval '7 hours'`,
    );
    await noteAnswer(scribe, 'tsa-b', 'did not come: ECONNREFUSED');
    const [alert, ...more] = await told();
    assert.deepEqual(more, []);
    assert.equal(alert?.title, 'No time stamps from tsa-b');
    assert.match(
      alert.body,
      /^Since \S+ tsa-b has given none that holds\. The last one did not come: ECONNREFUSED\./,
    );

    await noteAnswer(scribe, 'tsa-b', null);
    assert.deepEqual(await told(), []);

    await noteAnswer(scribe, 'tsa-a', 'is of something else');
    await admin.query(
      sql`update ledger.tsa set failing_since = failing_since - interval '7 hours'`,
    );
    assert.equal((await told()).length, 1);
    await keepAuthorities(scribe, ['tsa-b']);
    assert.deepEqual(await told(), []);
  });
});
