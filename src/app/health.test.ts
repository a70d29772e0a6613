import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startLedger } from '#ledger/testing/ledger.ts';
import { keepAuthorities, noteAnswer } from '#ledger/time-stamp-rows.ts';
import { notePulse } from '#store/liveness.ts';
import { checkHealth } from './health.ts';

describe('health', () => {
  it('says that time stamps are missing, and is ready all the same', async () => {
    const { pools } = await startLedger();
    await notePulse(pools.worker, 'engine');
    await keepAuthorities(pools.scribe, ['tsa-a']);
    const named = async () =>
      (await checkHealth({ pool: pools.web })).checks.find(({ name }) => name === 'time stamps');
    assert.equal(await named(), undefined);

    await noteAnswer(pools.scribe, 'tsa-a', 'did not come: ECONNREFUSED');
    const found = await named();
    assert.equal(found?.detail, 'The last one of tsa-a did not come: ECONNREFUSED.');
    assert.equal((await checkHealth({ pool: pools.web })).ready, true);
  });
});
