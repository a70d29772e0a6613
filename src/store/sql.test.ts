import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { inTransaction, sql } from './sql.ts';
import { startDatabase, type TestDatabase } from './testing/database.ts';

let database: TestDatabase;
before(async () => {
  database = await startDatabase();
});

it('runs a transaction again that met another one in a deadlock', async () => {
  const { admin } = database.pools;
  await admin.query('create table account (id integer primary key, touched integer not null)');
  await admin.query('insert into account values (1, 0), (2, 0)');

  let together = 0;
  const touch = (first: number, second: number) => {
    let runs = 0;
    return inTransaction(admin, async (tx) => {
      runs += 1;
      await tx.query(sql`update account set touched = touched + 1 where id = ${first}`);
      together += 1;
      while (runs === 1 && together < 2) await new Promise(setImmediate);
      await tx.query(sql`update account set touched = touched + 1 where id = ${second}`);
      return runs;
    });
  };
  const runs = await Promise.all([touch(1, 2), touch(2, 1)]);

  assert.deepEqual(runs.toSorted(), [1, 2]);
  const { rows } = await admin.query('select touched from account');
  assert.deepEqual(rows, [{ touched: 2 }, { touched: 2 }]);
});
