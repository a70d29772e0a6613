import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { startDatabase } from './database.ts';

async function users(connectionString: string): Promise<unknown> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query('select session_user as login, current_user as acting');
  await client.end();
  return rows[0];
}

describe('a database for tests', () => {
  it('can be reached by other processes as every role', async () => {
    const { url } = await startDatabase();
    for (const role of ['web', 'worker', 'scribe'] as const) {
      const name = `gatehouse_${role}`;
      assert.deepEqual(await users(url(role)), { login: name, acting: name });
    }
  });

  it('belongs to the owner, whose part tests can take', async () => {
    const { pools } = await startDatabase();
    const { rows } = await pools.owner.query('select current_user as acting');
    assert.deepEqual(rows, [{ acting: 'gatehouse_owner' }]);
  });

  it('is another one for each that asks', async () => {
    const [first, second] = await Promise.all([startDatabase(), startDatabase()]);
    await first.pools.owner.query('create table only_here ()');
    const { rows } = await second.pools.owner.query("select to_regclass('only_here') as it");
    assert.deepEqual(rows, [{ it: null }]);
  });

  it('is gone once it was stopped', async () => {
    const { url, stop } = await startDatabase();
    await stop();
    await stop();
    await assert.rejects(users(url('admin')), { code: '3D000' });
  });
});
