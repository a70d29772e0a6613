import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openKeyCache } from './key-cache.ts';

describe('a cache of unwrapped keys', () => {
  it('asks once in 15 minutes, and then again', async () => {
    let nowMs = 0;
    let asked = 0;
    const keyOf = openKeyCache({ nowMs: () => nowMs });
    const get = () =>
      keyOf('a', async () => {
        asked += 1;
        return Buffer.of(asked);
      });

    assert.deepEqual(await Promise.all([get(), get()]), [Buffer.of(1), Buffer.of(1)]);
    nowMs = 15 * 60_000 - 1;
    assert.deepEqual(await get(), Buffer.of(1));
    nowMs = 15 * 60_000;
    assert.deepEqual(await get(), Buffer.of(2));
  });

  it('does not keep a failure', async () => {
    const keyOf = openKeyCache();
    const away = async () => Promise.reject(new Error('the key service is away'));
    await assert.rejects(keyOf('a', away), /away/);
    assert.deepEqual(await keyOf('a', async () => Buffer.of(1)), Buffer.of(1));
  });

  it('keeps some thousand and lets the oldest go', async () => {
    const asked: string[] = [];
    const keyOf = openKeyCache();
    const get = (name: string) =>
      keyOf(name, async () => {
        asked.push(name);
        return Buffer.of(1);
      });
    for (let n = 0; n <= 5_000; n += 1) await get(`key ${n}`);
    asked.length = 0;

    await get('key 5000');
    await get('key 1');
    await get('key 0');
    assert.deepEqual(asked, ['key 0']);
  });
});
