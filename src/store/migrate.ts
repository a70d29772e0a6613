import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Logger, runMigrations } from 'graphile-worker';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { DatabaseProblem } from './problem.ts';
import { owner } from './roles.ts';

const directory = path.join(import.meta.dirname, 'migrations');
const ledgerOfMigrations = 'migrations';
/** Anything but `0001_name.sql` in the folder is not a migration. */
const notAMigration = '(?!\\d{4}_[\\w-]+\\.sql$).*';
/** Of the processes that start together, one migrates and the others wait. */
const migrationLock = 7_201_003;

/** The oldest PostgreSQL that has all we use. */
export const minimumMajorVersion = 15;

/** Refuses servers and databases that Gatehouse cannot work with. */
export async function checkServer(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ version: string; major: number; encoding: string }>(`
    select current_setting('server_version') as version,
           current_setting('server_version_num')::integer / 10000 as major,
           current_setting('server_encoding') as encoding
  `);
  const server = rows[0]!;
  if (server.major < minimumMajorVersion) {
    throw new DatabaseProblem(
      `The database server is PostgreSQL ${server.version}; Gatehouse needs PostgreSQL ${minimumMajorVersion} or newer.`,
    );
  }
  if (server.encoding !== 'UTF8') {
    throw new DatabaseProblem(
      `The database is encoded in ${server.encoding}; Gatehouse needs one in UTF8. Create it with "encoding 'UTF8'".`,
    );
  }
}

/** Runs `work` while no other process sets up this database. */
export async function whileOthersWait<T>(admin: pg.Client, work: () => Promise<T>): Promise<T> {
  await admin.query('select pg_advisory_lock($1)', [migrationLock]);
  try {
    return await work();
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [migrationLock]);
  }
}

/** Lets the owner make its tables in `public` and its schemas in this database. */
export async function grantDatabase(admin: pg.Client): Promise<void> {
  const database = pg.escapeIdentifier(admin.database ?? '');
  const { rows } = await admin.query<{ database: boolean; schema: boolean }>(`
    select has_database_privilege('${owner}', current_database(), 'create') as database,
           has_schema_privilege('${owner}', 'public', 'create with grant option') as schema
  `);
  const has = rows[0]!;
  try {
    if (!has.database)
      await admin.query(`grant connect, create on database ${database} to ${owner}`);
    if (!has.schema) {
      await admin.query(`grant usage, create on schema public to ${owner} with grant option`);
    }
  } catch (error) {
    throw new DatabaseProblem(
      `The user of DATABASE_URL must own the database ${admin.database}. Have an administrator run ` +
        `"alter database ${database} owner to ${pg.escapeIdentifier(admin.user ?? '')}" and start again.`,
      { cause: error },
    );
  }
}

/** Brings the job queue's own schema up to date; it belongs to the worker, who alone may use it. */
export async function migrateQueue(admin: pg.Client, worker: pg.Pool): Promise<void> {
  const { rows } = await admin.query<{ there: boolean }>(
    `select to_regclass('graphile_worker._private_jobs') is not null as there`,
  );
  const there = rows[0]?.there ?? false;
  const database = pg.escapeIdentifier(admin.database ?? '');
  if (!there) await admin.query(`grant create on database ${database} to gatehouse_worker`);
  await runMigrations({ pgPool: worker, logger: silent });
  await worker.query(jobsOfTask);
  if (!there) await admin.query(`revoke create on database ${database} from gatehouse_worker`);
}

/**
 * Each connection has a task and a runner of its own. By graphile-worker's own indexes a runner goes
 * through the jobs of all others to find its own.
 */
const jobsOfTask = `
  create index if not exists gatehouse_jobs_of_task
      on graphile_worker._private_jobs (task_id, priority, run_at)
   where is_available = true
`;

/**
 * Runs the migrations that are still missing, as the owner, all or none; `count`: only so many of them. Returns their
 * names.
 */
export async function migrate(
  admin: pg.Client,
  from = directory,
  count = Number.MAX_SAFE_INTEGER,
): Promise<readonly string[]> {
  const complaints: string[] = [];
  await admin.query(`set role ${owner}`);
  try {
    const done = await runner({
      dbClient: admin,
      dir: from,
      ignorePattern: notAMigration,
      migrationsTable: ledgerOfMigrations,
      direction: 'up',
      count,
      checkOrder: true,
      singleTransaction: true,
      noLock: true,
      logger: { info() {}, warn() {}, error: (complaint: string) => complaints.push(complaint) },
    });
    await admin.query(
      `grant select on ${ledgerOfMigrations} to gatehouse_web, gatehouse_worker, gatehouse_scribe`,
    );
    return done.map(({ name }) => name);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new DatabaseProblem(
      `The database could not be migrated and stays as it was: ${complaints.at(-1)?.trim() ?? message}`,
      { cause: error },
    );
  } finally {
    await admin.query('reset role');
  }
}

/**
 * For a process that may not migrate: refuses a database that is older than the program, or so much newer that the
 * program does not fit it.
 */
export async function checkMigrated(pool: pg.Pool): Promise<void> {
  const wanted = migrationNames();
  const found = await pool
    .query<{ name: string }>(`select name from ${ledgerOfMigrations} order by id`)
    .then(({ rows }) => rows.map((row) => row.name))
    .catch(() => []);
  if (wanted.every((name, i) => found[i] === name)) return checkFits(pool);
  throw new DatabaseProblem(
    `The database is at "${found.at(-1) ?? 'nothing'}" and this Gatehouse needs "${wanted.at(-1)}". Start ` +
      'this version once with DATABASE_URL set to the address of an administrator, who may migrate.',
  );
}

/**
 * Refuses a database that a newer version has moved to where this one cannot work on it. Where newer migrations have only
 * added to it, this version goes on beside that one, and can be gone back to.
 */
export async function checkFits(db: pg.ClientBase | pg.Pool): Promise<void> {
  const { rows: found } = await db.query<{ there: boolean }>(
    `select to_regclass('public.oldest_program') is not null as there`,
  );
  if (!found[0]?.there) return;
  const { rows } = await db.query<{ migration: string }>('select migration from oldest_program');
  const oldest = rows[0]?.migration ?? '';
  if (migrationNames().includes(oldest)) return;
  throw new DatabaseProblem(
    `A newer version of Gatehouse has moved this database to where this one cannot work on it: it needs one that knows "${oldest}", ` +
      `and this one ends at "${migrationNames().at(-1)}". Start that version, or restore a backup from before with this one.`,
  );
}

/** Those that were run in a database; none: it is empty, or not ours. */
export async function migrationsIn(db: pg.ClientBase): Promise<readonly string[]> {
  const { rows: found } = await db.query<{ there: boolean }>(
    `select to_regclass('public.${ledgerOfMigrations}') is not null as there`,
  );
  if (!found[0]?.there) return [];
  const { rows } = await db.query<{ name: string }>(
    `select name from ${ledgerOfMigrations} order by id`,
  );
  return rows.map(({ name }) => name);
}

/** The migrations that this version brings, in order. */
export function migrationNames(): readonly string[] {
  return readdirSync(directory)
    .filter((name) => /^\d{4}_[\w-]+\.sql$/.test(name))
    .map((name) => path.basename(name, '.sql'))
    .sort();
}

const silent = new Logger(() => () => {});
