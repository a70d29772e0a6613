import { createHash, randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { atTheEnd } from '#core/testing/at-the-end.ts';
import { openDatabase } from '../database.ts';
import { passwordFile, readPassword } from '../passwords.ts';
import { openPool } from '../pools.ts';
import { type Role, roleName } from '../roles.ts';
import { isClockMoved, startTestServer, type TestServer } from './server.ts';

/** A fresh, migrated database with all roles, for one test or one test file. */
export interface TestDatabase {
  readonly pools: Readonly<Record<Role | 'admin' | 'owner', pg.Pool>>;
  /** The address for another process to log in with. */
  url(role: Role | 'admin'): string;
  /** Where the roles' passwords lie, for another process that opens this database. */
  readonly keysDirectory: string;
  /** Closes the pools and drops the database. Happens by itself when the tests of the file are over. */
  stop(): Promise<void>;
}

/**
 * That web and worker open, of each test. To open one more, and to plan in it what the others have planned already,
 * takes longer than nearly everything that a test asks; so it waits for one that is there.
 */
const mostSessions = 4;

let server: Promise<TestServer> | undefined;
const started = new Set<TestDatabase>();

// A file that runs alone has a server of its own, which goes when the process goes.
atTheEnd(async () => {
  const enough = new AbortController();
  await Promise.race([
    Promise.all([...started].map((database) => database.stop())),
    wait(20_000, null, { signal: enough.signal }).catch(() => {}),
  ]);
  enough.abort();
  // What a failed test left running must not hold up all the others.
  setTimeout(() => process.exit(), 10_000).unref();
});

/** What many tests begin with, and nothing in it is of one of them: made once, and copied after that. */
export interface Beginning {
  readonly name: string;
  fill(pools: TestDatabase['pools']): Promise<void>;
}

/**
 * Makes a database for tests on a real server, with the same roles and rights as in production:
 * `web`, `worker` and `scribe` log in as themselves, `owner` owns the tables, `admin` is the superuser.
 */
export async function startDatabase(beginning?: Beginning): Promise<TestDatabase> {
  server ??= startTestServer();
  const { admin, keysDirectory } = await server;
  const database = `test_${randomBytes(8).toString('hex')}`;
  await asAdmin(admin, async (client) => {
    const template = await templateDatabase(client, { admin, keysDirectory, beginning });
    await copy(client, template, database);
  });
  const { login, pools } = openPools(database, admin, keysDirectory);

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= drop(admin, database, Object.values(pools));
    return stopping;
  };
  const made = {
    pools,
    url: (role: Role | 'admin') => addressOf(login(role)),
    keysDirectory,
    stop,
  };
  started.add(made);
  return made;
}

const copy = (client: pg.ClientBase, template: string, database: string) =>
  client.query(`create database ${database} template ${template} strategy file_copy`);

function openPools(database: string, admin: pg.ClientConfig, keysDirectory: string) {
  const login = (role: Role | 'admin' | 'owner'): pg.PoolConfig => ({
    ...admin,
    database,
    ...(role === 'web' || role === 'worker' ? { max: mostSessions } : {}),
    ...(role === 'admin' || role === 'owner' ? {} : credentials(role, keysDirectory)),
    ...(role === 'owner' ? { options: '-c role=gatehouse_owner' } : {}),
    // A test that forgets to stop still ends.
    allowExitOnIdle: true,
    ...(isClockMoved() ? { statement_timeout: 0, idle_in_transaction_session_timeout: 0 } : {}),
  });
  const open = (role: Role | 'admin' | 'owner') =>
    openPool(role === 'owner' ? 'admin' : role, login(role), () => {});
  const pools = {
    admin: open('admin'),
    owner: open('owner'),
    web: open('web'),
    worker: open('worker'),
    scribe: open('scribe'),
  };
  return { login, pools };
}

async function drop(
  admin: pg.ClientConfig,
  database: string,
  pools: readonly pg.Pool[],
): Promise<void> {
  await Promise.all(pools.map((pool) => pool.end()));
  await asAdmin(admin, (client) =>
    client.query(`drop database if exists ${database} with (force)`),
  );
}

interface Template {
  readonly admin: pg.ClientConfig;
  readonly keysDirectory: string;
  readonly beginning: Beginning | undefined;
}

/**
 * Migrates a database once per server and set of migrations, and fills a copy of it with each beginning;
 * copies are made in milliseconds. Whoever comes first makes it, the others wait.
 */
async function templateDatabase(
  client: pg.ClientBase,
  { admin, keysDirectory, beginning }: Template,
): Promise<string> {
  const migrated = `template_${hashOfStore()}`;
  await client.query('select pg_advisory_lock(hashtext($1))', ['template']);
  try {
    await once(client, migrated, async (draft) => {
      await client.query(`create database ${draft}`);
      const database = await openDatabase({
        dataDirectory: keysDirectory,
        keysDirectory,
        urls: { admin: addressOf({ ...admin, database: draft }) },
        roles: [],
        onConnectionError: () => {},
      });
      await database.stop();
    });
    if (beginning === undefined) return migrated;
    const filled = `${migrated}_${beginning.name}`;
    await once(client, filled, async (draft) => {
      await copy(client, migrated, draft);
      const { pools } = openPools(draft, admin, keysDirectory);
      await beginning.fill(pools);
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    });
    return filled;
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1))', ['template']);
  }
}

/** Under its name a template is whole. */
async function once(
  client: pg.ClientBase,
  template: string,
  make: (draft: string) => Promise<void>,
): Promise<void> {
  const found = await client.query('select from pg_database where datname = $1', [template]);
  if (found.rowCount === 1) return;
  const draft = `${template}_draft`;
  await client.query(`drop database if exists ${draft} with (force)`);
  await make(draft);
  await client.query(`alter database ${draft} rename to ${template}`);
}

/** Another migration, another template: a long-lived server may see several. */
function hashOfStore(): string {
  const store = path.join(import.meta.dirname, '..');
  const hash = createHash('sha256');
  for (const file of globSync('{migrations/*.sql,{roles,migrate}.ts}', { cwd: store }).sort()) {
    hash.update(file).update(readFileSync(path.join(store, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function credentials(role: Role, keysDirectory: string): pg.PoolConfig {
  const password = readPassword(passwordFile(keysDirectory, `database-${role}`)) ?? '';
  return { user: roleName(role), password };
}

/** Host and user are parameters, since a socket's folder does not fit in front of an address. */
function addressOf({ host, port, user, password, database }: pg.ClientConfig): string {
  const address = new URL(`postgres://localhost:${port}/${database}`);
  for (const [name, value] of Object.entries({ host, user, password })) {
    address.searchParams.set(name, `${value}`);
  }
  return address.href;
}

/** One session for all that a file makes and drops, each in its turn: to open one takes longer than most of it. */
let administration: pg.Pool | undefined;

async function asAdmin<T>(
  admin: pg.ClientConfig,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  if (!administration) {
    administration = new pg.Pool({ ...admin, database: 'postgres', max: 1, allowExitOnIdle: true });
    administration.on('error', () => {}); // tests kill servers
  }
  const client = await administration.connect();
  let broken: unknown;
  try {
    return await work(client);
  } catch (error) {
    broken = error;
    throw error;
  } finally {
    client.release(broken !== undefined);
  }
}
