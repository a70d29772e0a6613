import { existsSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { type EmbeddedOptions, startEmbedded } from './embedded.ts';
import { keepEmbedded } from './embedded-kept.ts';
import { addressesOf, loggedInAs, reaching } from './hosts.ts';
import {
  checkFits,
  checkMigrated,
  checkServer,
  grantDatabase,
  migrate,
  migrateQueue,
  whileOthersWait,
} from './migrate.ts';
import { passwordFile, readPassword } from './passwords.ts';
import { type OnConnectionError, openPool } from './pools.ts';
import { DatabaseProblem } from './problem.ts';
import { type Restored, restoreInto } from './restore.ts';
import { createRoles, type Role, roleName, roles, variableOf } from './roles.ts';

/** Which database to open, and as whom. */
export interface DatabaseOptions<R extends Role = Role> {
  readonly dataDirectory: string;
  /** Where the passwords of the roles lie, beside the key files. */
  readonly keysDirectory: string;
  /** The addresses of a server of one's own; without any the embedded server runs. */
  readonly urls?: DatabaseUrls;
  /** The roles that this process plays; a pool is opened for each. */
  readonly roles: readonly R[];
  /** Refuses a second process with this purpose on the embedded server. */
  readonly soleAs?: string;
  /** What an empty database is filled with before it is opened. Refused where it is in use. */
  readonly restored?: Restored;
  /** More settings of the embedded server. */
  readonly embedded?: Pick<EmbeddedOptions, 'settings' | 'account' | 'onLost'>;
  readonly onConnectionError: OnConnectionError;
}

/** `DATABASE_URL`, `DATABASE_URL_WEB`, `DATABASE_URL_WORK` and `DATABASE_URL_SCRIBE`. */
export type DatabaseUrls = { readonly [name in Role | 'admin']?: string };

/** An open, migrated database. */
export interface Database<R extends Role = Role> {
  /** One per role asked for; each logs in as its own role. */
  readonly pools: Readonly<Record<R, pg.Pool>>;
  /** The administrator; missing where only the roles' own addresses are configured. */
  readonly admin: pg.Pool | undefined;
  readonly embedded: boolean;
  /** Closes the pools and, if it is ours and nobody else uses it, stops the server. */
  stop(): Promise<void>;
}

/**
 * Starts or reaches the server, creates the roles, migrates, and opens a pool per role. Throws
 * `DatabaseProblem` with a sentence for whoever starts Gatehouse.
 */
export async function openDatabase<R extends Role>(
  options: DatabaseOptions<R>,
): Promise<Database<R>> {
  if (options.urls && Object.keys(options.urls).length > 0)
    return openExternal(options, options.urls);

  const server = await keepEmbedded({ ...options.embedded, ...options }, options.onConnectionError);
  try {
    await createDatabase(server.admin, 'gatehouse');
    const database = await open(options, { ...server.admin, database: 'gatehouse' }, {});
    return {
      ...database,
      embedded: true,
      async stop() {
        await database.stop();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The database as it is: nothing is created, granted or migrated. */
export interface DatabaseSeen {
  readonly pools: Readonly<Record<Role, pg.Pool>>;
  /** The administrator; missing where only the roles' own addresses are configured. */
  readonly admin: pg.Pool | undefined;
  readonly embedded: boolean;
  stop(): Promise<void>;
}

/**
 * Reaches the database to look at it. The embedded server is started where none runs, and never made anew. Throws
 * `DatabaseProblem` with a sentence.
 */
export async function seeDatabase(options: Omit<DatabaseOptions, 'roles'>): Promise<DatabaseSeen> {
  const urls = options.urls ?? {};
  if (Object.keys(urls).length > 0) {
    checkNames(urls);
    const absent = urls.admin === undefined ? roles.filter((role) => urls[role] === undefined) : [];
    if (absent.length > 0) {
      throw new DatabaseProblem(
        `${absent.map((role) => `DATABASE_URL_${variableOf(role)}`).join(' and ')} is not set here. Look where all three are, or DATABASE_URL.`,
      );
    }
    const admin = { connectionString: urls.admin ?? '' };
    const { pools } = openPools({ ...options, roles }, (role) =>
      loginOf(role, admin, urls, options.keysDirectory),
    );
    const adminPool =
      urls.admin === undefined ? undefined : openPool('admin', admin, options.onConnectionError);
    const stop = () => endAll([...Object.values(pools), ...(adminPool ? [adminPool] : [])]);
    return { pools, admin: adminPool, embedded: false, stop };
  }
  if (!existsSync(path.join(options.dataDirectory, 'postgres'))) {
    throw new DatabaseProblem(
      `There is no database in ${options.dataDirectory} yet. Start Gatehouse once (gatehouse serve), or set DATABASE_URL.`,
    );
  }
  const server = await startEmbedded(options);
  const admin = { ...server.admin, database: 'gatehouse' };
  const { pools } = openPools({ ...options, roles }, (role) =>
    loginOf(role, admin, {}, options.keysDirectory),
  );
  const adminPool = openPool('admin', admin, options.onConnectionError);
  return {
    pools,
    admin: adminPool,
    embedded: true,
    async stop() {
      await endAll([...Object.values(pools), adminPool]);
      await server.stop();
    },
  };
}

const endAll = async (pools: readonly pg.Pool[]): Promise<void> => {
  await Promise.all(pools.map((pool) => pool.end()));
};

async function openExternal<R extends Role>(
  options: DatabaseOptions<R>,
  urls: DatabaseUrls,
): Promise<Database<R>> {
  checkNames(urls);
  if (urls.admin !== undefined) return open(options, { connectionString: urls.admin }, urls);

  const absent = options.roles.filter((role) => urls[role] === undefined);
  if (absent.length > 0) {
    throw new DatabaseProblem(
      `${absent.map((role) => `DATABASE_URL_${variableOf(role)}`).join(' and ')} is not set. Set it, or set DATABASE_URL.`,
    );
  }
  const opened = openPools(options, (role) => ({ connectionString: urls[role] ?? '' }));
  return finish(options, opened, undefined, async () => {
    for (const role of options.roles) await checkLogin(opened.pools[role], role, options, urls);
    for (const role of options.roles.slice(0, 1)) await checkMigrated(opened.pools[role]);
  });
}

/** Sets the database up as its administrator, then opens the pools of the roles. */
async function open<R extends Role>(
  options: DatabaseOptions<R>,
  admin: pg.ClientConfig,
  urls: DatabaseUrls,
): Promise<Database<R>> {
  const login = (role: Role): pg.PoolConfig => loginOf(role, admin, urls, options.keysDirectory);
  await prepare(options, admin, urls, login);

  const opened = openPools(options, login);
  const adminPool = openPool('admin', admin, options.onConnectionError);
  return finish(options, opened, adminPool, async () => {
    for (const role of options.roles) await checkLogin(opened.pools[role], role, options, urls);
  });
}

async function prepare(
  options: DatabaseOptions,
  admin: pg.ClientConfig,
  urls: DatabaseUrls,
  login: (role: Role) => pg.PoolConfig,
): Promise<void> {
  const client = await connect(admin);
  try {
    await checkServer(client);
    await whileOthersWait(client, async () => {
      await createRoles(client, {
        keysDirectory: options.keysDirectory,
        configured: new Set(roles.filter((role) => urls[role] !== undefined)),
        embedded: urls.admin === undefined,
      });
      await grantDatabase(client);
      const worker = openPool('worker', { ...login('worker'), max: 1 }, options.onConnectionError);
      try {
        await checkLogin(worker, 'worker', options, urls);
        await migrateQueue(client, worker);
      } finally {
        await worker.end();
      }
      await checkFits(client);
      if (options.restored) await restoreInto(client, options.restored);
      await migrate(client);
    });
  } finally {
    await client.end();
  }
}

interface Opened<R extends Role> {
  readonly pools: Readonly<Record<R, pg.Pool>>;
}

function openPools<R extends Role>(
  options: DatabaseOptions<R>,
  login: (role: R) => pg.PoolConfig,
): Opened<R> {
  const pools = Object.fromEntries(
    options.roles.map((role) => [role, openPool(role, login(role), options.onConnectionError)]),
  );
  return { pools: pools as Record<R, pg.Pool> };
}

async function finish<R extends Role>(
  options: DatabaseOptions<R>,
  { pools }: Opened<R>,
  admin: pg.Pool | undefined,
  check: () => Promise<void>,
): Promise<Database<R>> {
  const stop = async () => {
    await Promise.all([...options.roles.map((role) => pools[role].end()), admin?.end()]);
  };
  try {
    await check();
  } catch (error) {
    await stop();
    throw error;
  }
  return { pools, admin, embedded: false, stop };
}

/** The role's own address, or the administrator's with the role's name and kept password in it. */
function loginOf(
  role: Role,
  admin: pg.ClientConfig,
  urls: DatabaseUrls,
  keysDirectory: string,
): pg.PoolConfig {
  const own = urls[role];
  if (own !== undefined) return { connectionString: own };
  const user = roleName(role);
  const password = readPassword(passwordFile(keysDirectory, `database-${role}`)) ?? '';
  if (admin.connectionString === undefined) return { ...admin, user, password };
  return { connectionString: loggedInAs(admin.connectionString, user, password) };
}

async function createDatabase(admin: pg.ClientConfig, name: string): Promise<void> {
  const client = await connect({ ...admin, database: 'postgres' });
  try {
    await whileOthersWait(client, async () => {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
      if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
    });
  } finally {
    await client.end();
  }
}

async function connect(config: pg.ClientConfig): Promise<pg.Client> {
  const { login, Client } = reaching(config);
  const client = new Client({
    ...login,
    application_name: 'gatehouse set-up',
    connectionTimeoutMillis: 10_000,
  });
  // Broken while idle: the next statement tells.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new DatabaseProblem(
      `The database server ${client.host}:${client.port} does not let ${client.user} in: ${reason(error)} ` +
        'Check DATABASE_URL and that the server runs.',
      { cause: error },
    );
  }
  return client;
}

async function checkLogin(
  pool: pg.Pool,
  role: Role,
  options: Pick<DatabaseOptions, 'keysDirectory'>,
  urls: DatabaseUrls,
): Promise<void> {
  try {
    await pool.query('select');
  } catch (error) {
    const source = urls[role]
      ? `DATABASE_URL_${variableOf(role)}`
      : `the password in ${passwordFile(options.keysDirectory, `database-${role}`)}`;
    throw new DatabaseProblem(
      `The database does not let ${roleName(role)} in: ${reason(error)} Check ${source}.`,
      { cause: error },
    );
  }
}

/** Rights and facts go by the names of the roles, so nobody else may log in in their place. */
function checkNames(urls: DatabaseUrls): void {
  for (const role of roles) {
    const url = urls[role];
    if (url === undefined) continue;
    const { user } = new pg.Client({ connectionString: addressesOf(url)[0] });
    if (user === roleName(role)) continue;
    throw new DatabaseProblem(
      `DATABASE_URL_${variableOf(role)} logs in as "${user}"; it has to log in as "${roleName(role)}".`,
    );
  }
}

function reason(error: unknown): string {
  const text =
    error instanceof AggregateError ? error.errors.map(String).join(', ') : String(error);
  return `${text.replace(/^\w*Error: /i, '').replace(/\.$/, '')}.`;
}
