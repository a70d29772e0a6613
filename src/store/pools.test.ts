import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openPool, openQueuePool } from './pools.ts';
import { startDatabase } from './testing/database.ts';

const { url } = await startDatabase();

describe('a statement that nobody answers', () => {
  it('is given up, and whoever gets a session next has one that answers', async (t) => {
    const login = { connectionString: url('worker'), max: 1, query_timeout: 1_500 };
    const worker = openPool('worker', login, () => {});
    const queue = openQueuePool(worker, () => {});
    t.after(() => Promise.all([worker.end(), queue.end()]));
    for (const pool of [worker, queue]) {
      const client = await pool.connect();
      await assert.rejects(client.query('select pg_sleep(60)'), /Query read timeout/);
      client.release(); // as graphile-worker does, without a word of what went wrong
      assert.equal((await pool.query('select 1 as one')).rows[0].one, 1);
    }
  });
});
