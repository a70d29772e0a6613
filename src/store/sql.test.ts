import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { inTransaction, readingTogether, sql } from './sql.ts';
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

  // Whoever gave way may meet the other once more, being quicker at the first row.
  const [fewest, most] = runs.toSorted();
  assert.equal(fewest, 1);
  assert.ok(most! > 1);
  const { rows } = await admin.query('select touched from account');
  assert.deepEqual(rows, [{ touched: 2 }, { touched: 2 }]);
});

describe('what goes out together', () => {
  it('is carried out in the order in which it was asked for, in one transaction', async () => {
    const { worker } = database.pools;
    const answers = await inTransaction(worker, (tx) =>
      Promise.all([
        tx.query<{ at: Date; session: number }>(
          sql`select now() as at, pg_backend_pid() as session`,
        ),
        tx.query(sql`select set_config('gatehouse.test', ${'first'}, true)`),
        tx.query<{ at: Date; session: number; seen: string }>(
          sql`select now() as at, pg_backend_pid() as session, current_setting('gatehouse.test') as seen`,
        ),
      ]),
    );
    const [before, , after] = answers.map(({ rows }) => rows[0]!);
    assert.deepEqual(after, { ...before, seen: 'first' });
  });

  it('does not go on once one of several has failed, in a session that is somebody else’s by then', async () => {
    const { worker } = database.pools;
    const failed = Promise.withResolvers<void>();
    let late: Promise<unknown> | undefined;
    const work = inTransaction(worker, (tx) => {
      const slower = async () => {
        await tx.query(sql`select 1`);
        await failed.promise;
        await tx.query(sql`select 2`);
      };
      late = slower();
      return Promise.all([late, tx.query(sql`select 1 / ${0}::integer`)]);
    });
    await assert.rejects(work, /division by zero/);
    failed.resolve();
    await assert.rejects(late!, /This transaction has ended/);
  });

  it('is not called done where something of it failed and nobody listened', async () => {
    const { worker } = database.pools;
    const work = inTransaction(worker, async (tx) => {
      await tx.query(sql`select 1 / ${0}::integer`).catch(() => {});
    });
    await assert.rejects(work, /failed unheard/);
  });

  it('is read in one session, which is given back', async () => {
    const { worker } = database.pools;
    const reads = readingTogether(worker);
    const session = () => reads.query<{ id: number }>(sql`select pg_backend_pid() as id`);
    const answers = await Promise.all([session(), session(), session()]);
    assert.equal(new Set(answers.map(({ rows }) => rows[0]!.id)).size, 1);
    assert.equal(worker.idleCount, worker.totalCount);
    await assert.rejects(reads.query(sql`select 1 / ${0}::integer`), /division by zero/);
    assert.equal((await session()).rows.length, 1);
  });
});

describe('a statement', () => {
  it('may have parts, each with values of its own', async () => {
    const sum = sql`(${1}::integer + ${2}::integer)`;
    const { rows } = await database.pools.admin.query(
      sql`select ${'before'} as a, ${sum} as b, ${sum} * ${10}::integer as c, ${'after'} as d`,
    );
    assert.deepEqual(rows, [{ a: 'before', b: 3, c: 30, d: 'after' }]);
  });

  it('has one name for each text', () => {
    const about = (part: ReturnType<typeof sql>) => sql`select ${part}, ${'value'}`;
    const one = () => sql`1`;
    assert.equal(about(one()).name, about(one()).name);
    assert.notEqual(about(one()).name, about(sql`2`).name);
    assert.notEqual(about(one()).text, about(sql`2`).text);
  });

  it('takes what only looks like a part for a value', () => {
    const { text, values } =
      sql`select ${{ name: 'x', text: 'drop table account', values: [] }}::jsonb`;
    assert.equal(text, 'select $1::jsonb');
    assert.equal(values.length, 1);
  });
});
