import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { grantDatabase, migrate, whileOthersWait } from './migrate.ts';
import { startDatabase } from './testing/database.ts';

const { pools, url } = await startDatabase();

/** An empty database, to which other migrations than ours can be applied. */
async function emptyDatabase(): Promise<pg.Client> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await pools.admin.query(`create database ${name}`);
  const address = new URL(url('admin'));
  address.pathname = name;
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  await grantDatabase(client);
  return client;
}

describe('migrations', () => {
  let folder: string;
  let client: pg.Client;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-migrations-'));
    client = await emptyDatabase();
  });
  afterEach(async () => {
    await client.end();
    await pools.admin.query(`drop database ${client.database}`);
    rmSync(folder, { recursive: true });
  });
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);

  it('run in order, once, as the owner', async () => {
    write('0002_second.sql', 'alter table first_made add column more text;');
    write('0001_first.sql', 'create table first_made (id integer);');
    write('notes.md', 'not a migration');

    assert.deepEqual(await migrate(client, folder), ['0001_first', '0002_second']);
    assert.deepEqual(await migrate(client, folder), []);

    const { rows } = await client.query(
      "select tableowner from pg_tables where tablename = 'first_made'",
    );
    assert.deepEqual(rows, [{ tableowner: 'gatehouse_owner' }]);
  });

  it('apply only what is new', async () => {
    write('0001_first.sql', 'create table first_made ();');
    await migrate(client, folder);
    write('0002_second.sql', 'create table second_made ();');

    assert.deepEqual(await migrate(client, folder), ['0002_second']);
  });

  it('leave everything as it was when one fails, and say what failed', async () => {
    write('0001_first.sql', 'create table first_made ();');
    write('0002_second.sql', 'create table second_made (id intger);');

    await assert.rejects(migrate(client, folder), {
      name: 'DatabaseProblem',
      message: /could not be migrated and stays as it was: .*type "intger" does not exist/s,
    });

    const { rows } = await client.query("select to_regclass('first_made') as made");
    assert.deepEqual(rows, [{ made: null }]);
    assert.deepEqual((await client.query('select current_user')).rows, [
      { current_user: 'postgres' },
    ]);
  });

  it('refuse one that was slipped in before others that have run', async () => {
    write('0002_second.sql', 'create table second_made ();');
    await migrate(client, folder);
    write('0001_first.sql', 'create table first_made ();');

    await assert.rejects(migrate(client, folder), /0001_first is preceding .* 0002_second/);
  });

  it('wait while another process sets up the database', async () => {
    const order: string[] = [];
    const other = new pg.Client({ connectionString: addressOf(client) });
    await other.connect();
    const inside = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();

    const first = whileOthersWait(client, async () => {
      inside.resolve();
      await done.promise;
      order.push('first');
    });
    await inside.promise;
    const second = whileOthersWait(other, async () => {
      order.push('second');
    });
    await waitsForLock(other);
    done.resolve();
    await Promise.all([first, second]);

    assert.deepEqual(order, ['first', 'second']);
    await other.end();
  });
});

function addressOf(client: pg.Client): string {
  const address = new URL(url('admin'));
  address.pathname = client.database ?? '';
  return address.href;
}

/** Until the server says that somebody waits for a lock that another session has. */
async function waitsForLock(waiting: pg.Client): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    const { rowCount } = await pools.admin.query(
      `select from pg_stat_activity
        where datname = $1 and wait_event_type = 'Lock' and wait_event = 'advisory'`,
      [waiting.database],
    );
    if (rowCount) return;
  }
  assert.fail('nobody waits');
}
