import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import pg from 'pg';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { type EmbeddedServer, startEmbedded } from './embedded.ts';
import { migrationNames } from './migrate.ts';
import { roles } from './roles.ts';
import { inTransaction, sql } from './sql.ts';

const root = mkdtempSync(path.join(tmpdir(), 'gatehouse-database-'));
/** Nothing here outlives the test, so nothing has to reach the disk. */
const hasty = { fsync: 'off', full_page_writes: 'off' };

/** A server like those that Gatehouse does not run itself; it has no roles of ours yet. */
const server: EmbeddedServer = await startEmbedded({
  dataDirectory: path.join(root, 'server'),
  keysDirectory: path.join(root, 'server/keys'),
  settings: hasty,
});
after(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new pg.Client({ ...server.admin, database: 'postgres' });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

function address(user: string, password: string, database: string): string {
  const parameters = new URLSearchParams({ host: server.admin.host, user, password });
  return `postgres://localhost:${server.admin.port}/${database}?${parameters}`;
}

let count = 0;
/** Opens with folders of its own unless told otherwise. */
function open(more: Partial<DatabaseOptions> = {}): Promise<Database> {
  count += 1;
  return openDatabase({
    dataDirectory: path.join(root, `data-${count}`),
    keysDirectory: path.join(root, `keys-${count}`),
    roles,
    onConnectionError: () => {},
    ...more,
  });
}

async function oneValue(pool: pg.Pool, text: string): Promise<unknown> {
  const { rows } = await pool.query<unknown[]>({ text, rowMode: 'array' });
  return rows[0]?.[0];
}

describe('a database of its own', () => {
  const dataDirectory = path.join(root, 'own');
  const keysDirectory = path.join(root, 'own-keys');
  const openOwn = () => open({ dataDirectory, keysDirectory, embedded: { settings: hasty } });

  it('logs every role in as itself, and all work on the same tables', async () => {
    const { pools, stop } = await openOwn();

    for (const role of roles) {
      assert.equal(await oneValue(pools[role], 'select session_user'), `gatehouse_${role}`);
      assert.equal(
        await oneValue(pools[role], 'select count(*)::integer from migrations'),
        migrationNames().length,
      );
    }
    await stop();
  });

  it('keeps the passwords of the roles where only its user reads them', () => {
    const files = readdirSync(keysDirectory).sort();
    const expected = ['admin', 'scribe', 'web', 'worker'].map((it) => `database-${it}.password`);
    assert.deepEqual(files, expected);
    for (const file of files) {
      assert.equal(statSync(path.join(keysDirectory, file)).mode & 0o777, 0o600, file);
    }
  });

  it('leaves the roles no way to make tables or to act for another', async () => {
    const { pools, stop } = await openOwn();

    for (const role of roles) {
      await assert.rejects(pools[role].query('create table public.mine ()'), { code: '42501' });
      await assert.rejects(pools[role].query('create schema mine'), { code: '42501' });
      await assert.rejects(pools[role].query('set role gatehouse_owner'), { code: '42501' });
    }
    await assert.rejects(pools.web.query('set role gatehouse_worker'), { code: '42501' });
    await stop();
  });

  it('gives the job queue to the worker alone', async () => {
    const { pools, stop } = await openOwn();
    const ownerOfQueue = `
      select nspowner::regrole::text from pg_namespace where nspname = 'graphile_worker'`;
    assert.equal(await oneValue(pools.worker, ownerOfQueue), 'gatehouse_worker');
    await pools.worker.query('select * from graphile_worker.jobs');
    await assert.rejects(pools.web.query('select * from graphile_worker.jobs'), { code: '42501' });
    await stop();
  });

  it('lets a runner find the jobs of its task without going through those of all others', async () => {
    const { pools, stop } = await openOwn();

    const { rows } = await pools.worker.query(`
      explain select id
        from graphile_worker._private_jobs
       where is_available = true and run_at <= now() and task_id = any('{7}')
       order by priority, run_at limit 4 for update skip locked`);

    assert.match(JSON.stringify(rows), /gatehouse_jobs_of_task/);
    await stop();
  });

  it('replaces a password file that was lost', async () => {
    rmSync(path.join(keysDirectory, 'database-web.password'));

    const { pools, stop } = await openOwn();

    assert.equal(await oneValue(pools.web, 'select session_user'), 'gatehouse_web');
    await stop();
  });

  it('reads days as they are written, whatever the zone of the machine', async () => {
    const { pools, stop } = await openOwn();
    const { rows } = await inTransaction(pools.web, (tx) =>
      tx.query<{ day: string }>(sql`select date '2026-03-29' as day`),
    );
    assert.equal(rows[0]?.day, '2026-03-29');
    await stop();
  });

  it('tells of broken connections and goes on with new ones', async () => {
    const told: string[] = [];
    const { pools, admin, stop } = await open({
      dataDirectory,
      keysDirectory,
      embedded: { settings: hasty },
      onConnectionError: (message) => told.push(message),
    });
    const lent = await pools.web.connect();
    const idle = await oneValue(pools.worker, 'select pg_backend_pid()');
    const busy = await lent.query<{ pid: number }>('select pg_backend_pid() as pid');
    assert.ok(admin);

    await admin.query('select pg_terminate_backend($1), pg_terminate_backend($2)', [
      idle,
      busy.rows[0]?.pid,
    ]);

    await assert.rejects(lent.query('select 1'));
    lent.release(true);
    assert.equal(await oneValue(pools.web, 'select 1'), 1);
    assert.equal(await oneValue(pools.worker, 'select 1'), 1);
    assert.match(told.join('\n'), /\(worker\) broke: terminating connection/);
    await stop();
  });
});

describe('a database of somebody else', () => {
  it('names the statements to run where roles may not be created, and works once they were', async () => {
    await asSuperuser(
      "create role plain login password 'p'",
      'create database by_hand owner plain',
    );
    const admin = address('plain', 'p', 'by_hand');

    const { message } = await open({ urls: { admin } }).then(
      () => assert.fail('expected a refusal'),
      (error: Error) => error,
    );
    assert.match(message, /The user of DATABASE_URL may not create roles/);
    assert.match(message, /DATABASE_URL_WEB, DATABASE_URL_WORK and DATABASE_URL_SCRIBE/);

    const statements = [...message.matchAll(/^ {2}((?:create|grant) .+;)$/gm)].map((it) => it[1]!);
    assert.equal(statements.filter((it) => it.startsWith('create role')).length, 4);
    await asSuperuser(...statements.map((it) => it.replace('…', 'secret')));
    const urls = {
      admin,
      web: address('gatehouse_web', 'secret', 'by_hand'),
      worker: address('gatehouse_worker', 'secret', 'by_hand'),
      scribe: address('gatehouse_scribe', 'secret', 'by_hand'),
    };
    const { pools, embedded, stop } = await open({ urls });
    assert.equal(embedded, false);
    assert.equal(await oneValue(pools.scribe, 'select session_user'), 'gatehouse_scribe');
    await stop();
  });

  it('asks for the passwords of roles that exist already', async () => {
    await asSuperuser('create database second');
    const admin = address('postgres', server.admin.password, 'second');
    await assert.rejects(
      open({ urls: { admin } }),
      /gatehouse_web exists in the database, but its password is not in .*Copy that file .* DATABASE_URL_WEB/,
    );
  });

  it('needs no administrator for a role with an address of its own, once it is migrated', async () => {
    await asSuperuser('create database third');
    const web = address('gatehouse_web', 'secret', 'third');
    await assert.rejects(
      open({ urls: { web }, roles: ['web'] }),
      /The database is at "nothing" and this Gatehouse needs "\d{4}_/,
    );

    const all = {
      admin: address('postgres', server.admin.password, 'third'),
      web,
      worker: address('gatehouse_worker', 'secret', 'third'),
      scribe: address('gatehouse_scribe', 'secret', 'third'),
    };
    await (await open({ urls: all })).stop();

    const { pools, admin, stop } = await open({ urls: { web }, roles: ['web'] });
    assert.equal(await oneValue(pools.web, 'select session_user'), 'gatehouse_web');
    assert.equal(admin, undefined);
    await stop();
    await assert.rejects(
      open({ urls: { web }, roles: ['web', 'scribe'] }),
      /DATABASE_URL_SCRIBE is not set/,
    );
  });

  it('is worked on after a newer version has added to it, and not after it took away', async () => {
    const url = (user: string, password: string) => address(user, password, 'third');
    const admin = url('postgres', server.admin.password);
    const web = url('gatehouse_web', 'secret');
    const withAdmin = {
      admin,
      web,
      worker: url('gatehouse_worker', 'secret'),
      scribe: url('gatehouse_scribe', 'secret'),
    };
    const inThird = async (text: string) => {
      const client = new pg.Client({ connectionString: admin });
      await client.connect();
      await client.query(text).finally(() => client.end());
    };
    await inThird(`
      alter table cases add column of_a_later_version text;
      insert into migrations (name, run_on) values ('9001_later', now());
    `);
    await (await open({ urls: { web }, roles: ['web'] })).stop();
    await (await open({ urls: withAdmin })).stop();

    await inThird(`update oldest_program set migration = '9001_later'`);
    const tooNew =
      /needs one that knows "9001_later", and this one ends at "\d{4}_.*Start that version, or restore/;
    await assert.rejects(open({ urls: { web }, roles: ['web'] }), tooNew);
    await assert.rejects(open({ urls: withAdmin }), tooNew);
    await inThird(`
      update oldest_program set migration = (select min(name) from migrations);
      alter table cases drop column of_a_later_version;
      delete from migrations where name = '9001_later';
    `);
  });

  it('is set up once by processes that start together', async () => {
    await asSuperuser('drop database second', 'create database second');
    const urls = {
      admin: address('postgres', server.admin.password, 'second'),
      web: address('gatehouse_web', 'secret', 'second'),
      worker: address('gatehouse_worker', 'secret', 'second'),
      scribe: address('gatehouse_scribe', 'secret', 'second'),
    };

    const opened = await Promise.all([open({ urls }), open({ urls }), open({ urls })]);

    for (const { pools, stop } of opened) {
      const migrations = await oneValue(pools.web, 'select count(*)::integer from migrations');
      assert.equal(migrations, migrationNames().length);
      await stop();
    }
  });

  it('creates the roles itself as a user who owns the database and may create roles', async () => {
    const own = await startEmbedded({
      dataDirectory: path.join(root, 'managed'),
      keysDirectory: path.join(root, 'managed/keys'),
      settings: hasty,
    });
    const client = new pg.Client({ ...own.admin, database: 'postgres' });
    await client.connect();
    await client.query("create role manager login createrole password 'p'");
    await client.query('create database managed owner manager');
    await client.end();
    const parameters = new URLSearchParams({
      host: own.admin.host,
      user: 'manager',
      password: 'p',
    });

    const urls = { admin: `postgres:///managed?${parameters}` };
    const keysDirectory = path.join(root, 'managed-keys');
    for (const turn of ['first start', 'second start']) {
      const { pools, stop } = await open({ urls, keysDirectory });
      assert.equal(await oneValue(pools.worker, 'select session_user'), 'gatehouse_worker', turn);
      await stop();
    }
    await own.stop();
  });

  it('refuses what it cannot work with, and never repeats a password', async () => {
    await asSuperuser("create database latin encoding 'LATIN1' template template0 locale 'C'");
    const cases: readonly [Partial<DatabaseOptions>, RegExp][] = [
      [
        { urls: { admin: address('postgres', server.admin.password, 'latin') } },
        /encoded in LATIN1; Gatehouse needs one in UTF8/,
      ],
      [
        { urls: { admin: address('postgres', 'wrong-secret', 'postgres') } },
        /does not let postgres in: password authentication failed .*Check DATABASE_URL/,
      ],
      [
        { urls: { admin: 'postgres://someone:wrong-secret@127.0.0.1:1/none' } },
        /127\.0\.0\.1:1 does not let someone in: .*ECONNREFUSED/,
      ],
      [
        { urls: { web: address('gatehouse_web', 'wrong-secret', 'by_hand') }, roles: ['web'] },
        /does not let gatehouse_web in: .* Check DATABASE_URL_WEB/,
      ],
      [
        { urls: { web: address('gatehouse_worker', 'secret', 'by_hand') }, roles: ['web'] },
        /DATABASE_URL_WEB logs in as "gatehouse_worker"; it has to log in as "gatehouse_web"/,
      ],
    ];
    for (const [options, expected] of cases) {
      await assert.rejects(open(options), (error: Error) => {
        assert.equal(error.name, 'DatabaseProblem');
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /wrong-secret/);
        return true;
      });
    }
  });
});
