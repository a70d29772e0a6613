import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { inTransaction, sql } from './sql.ts';
import { startDatabase, type TestDatabase } from './testing/database.ts';

describe('a test database', () => {
  let database: TestDatabase;
  before(async () => {
    database = await startDatabase();
  });

  it('lets every role in as itself', async () => {
    for (const role of ['web', 'worker', 'scribe'] as const) {
      const { rows } = await database.pools[role].query<{ who: string }>(sql`
        select session_user::text as who
      `);
      assert.equal(rows[0]?.who, `gatehouse_${role}`);
    }
  });

  it('works in transactions', async () => {
    const { pools } = database;
    const { rows } = await inTransaction(pools.web, (tx) =>
      tx.query<{ day: string }>(sql`select date '2026-03-01' as day`),
    );
    assert.equal(rows[0]?.day, '2026-03-01');
  });
});
