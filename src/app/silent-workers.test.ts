import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openConditions } from '#store/alerts.ts';
import { notePulse } from '#store/liveness.ts';
import { startDatabase } from '#store/testing/database.ts';
import { noteSilentWorkers } from './silent-workers.ts';

describe('a worker that is gone', () => {
  it('is missed by the process that answers people, which writes it down once', async () => {
    const { pools } = await startDatabase();
    const look = () => noteSilentWorkers({ pool: pools.web });
    assert.equal(await look(), null); // none has come yet
    await notePulse(pools.worker, 'engine');
    assert.equal(await look(), null);

    await pools.admin.query(`update pulses set at = clock_timestamp() - interval '2 minutes'`);
    assert.match((await look()) ?? '', /^No worker carries out steps since \d{4}-/);
    assert.equal(await look(), null);
    assert.deepEqual([...(await openConditions(pools.web, ['self']))], ['self:workers']);
  });
});
