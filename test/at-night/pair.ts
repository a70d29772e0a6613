import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { until } from '#core/testing/until.ts';
import { openDatabase } from '#store/database.ts';
import { giveTo, runAs, serverAccount } from '#store/embedded-account.ts';
import { loggedInAs } from '#store/hosts.ts';
import { passwordFile, readPassword } from '#store/passwords.ts';
import { openPool } from '#store/pools.ts';
import { type Role, roleName } from '#store/roles.ts';
import type { TestDatabase } from '#store/testing/database.ts';
import { killServer } from '../faults/server-processes.ts';

/** Two PostgreSQL servers of the system's package, of which one follows the other synchronously. */
export interface Pair {
  /** Reached by an address of both hosts, in every role. */
  readonly database: TestDatabase;
  /** Kills the one that takes writes, with every process of it, and waits until they are gone. */
  killPrimary(): Promise<void>;
  promoteStandby(): Promise<void>;
  /** Makes the one that was killed anew, from the other, and lets it follow. */
  rebuild(): Promise<void>;
  stop(): Promise<void>;
}

interface Node {
  readonly folder: string;
  readonly port: number;
  process: ChildProcess | null;
}

const account = serverAccount();
const [bin] = globSync('/usr/lib/postgresql/*/bin').toSorted().reverse();
const followMs = 60_000;

/** Lets a program of PostgreSQL run to its end. Throws what it said. */
function runProgram(name: string, ...args: readonly string[]): void {
  if (!bin) throw new Error('No PostgreSQL in /usr/lib/postgresql: start this by npm run nightly.');
  const { command, args: all, options } = runAs(account, path.join(bin, name), args);
  const { status, stdout, stderr } = spawnSync(command, all, { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} failed: ${stdout}${stderr}`);
}

export async function startPair(): Promise<Pair> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-pair-'));
  giveTo(account, folder);
  const password = randomBytes(12).toString('hex');
  const passwordPath = path.join(folder, 'password');
  await writeFile(passwordPath, password, { mode: 0o600 });
  giveTo(account, passwordPath);
  const node = async (name: string): Promise<Node> => ({
    ...{ folder: path.join(folder, name), port: await freePort(), process: null },
  });
  let [primary, standby] = [await node('one'), await node('two')];
  const both = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`;
  const address = (hosts: string, database: string) =>
    `postgres://postgres:${password}@${hosts}/${database}`;

  async function start(it: Node): Promise<void> {
    const settings = Object.entries({
      port: it.port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: 200,
      // Its own default takes half a minute before a new standby may follow.
      checkpoint_timeout: '30s',
    }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const run = runAs(account, path.join(bin!, 'postgres'), ['-D', it.folder, ...settings]);
    it.process = spawn(run.command, run.args, { ...run.options, stdio: 'ignore' });
    await until(`the server in ${path.basename(it.folder)} to answer`, () =>
      asked(it, 'select').then(
        () => true,
        () => false,
      ),
    );
  }
  async function asked<Row extends object>(it: Node, text: string): Promise<readonly Row[]> {
    const connectionString = address(`127.0.0.1:${it.port}`, 'postgres');
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.query<Row>(text)).rows;
    } finally {
      client.end().catch(() => {});
    }
  }
  async function follow(): Promise<void> {
    await rm(standby.folder, { recursive: true, force: true });
    const source = address(`127.0.0.1:${primary.port}`, 'postgres');
    runProgram('pg_basebackup', '-D', standby.folder, '-R', '-c', 'fast', '-d', source);
    await start(standby);
    await asked(primary, `alter system set synchronous_standby_names = '*'`);
    await asked(primary, 'select pg_reload_conf()');
    const isSynchronous = async () => {
      const found = await asked<{ state: string }>(
        primary,
        'select sync_state as state from pg_stat_replication',
      );
      return found.some(({ state }) => state === 'sync');
    };
    await until('the standby to follow', isSynchronous, { withinMs: followMs });
  }

  runProgram(
    ...['initdb', '-D', primary.folder, '-U', 'postgres', '-E', 'UTF8', '--locale=C'],
    ...['--auth=scram-sha-256', '--pwfile', passwordPath, '--data-checksums'],
  );
  await start(primary);
  await asked(primary, 'create database gatehouse');
  await follow();
  const database = await prepared(folder, address(both, 'gatehouse'));

  return {
    database,
    async killPrimary() {
      await killServer(primary.process!.pid!);
      primary.process = null;
    },
    async promoteStandby() {
      // What it took over from the one that it was made of: it has nobody to wait for.
      runProgram('pg_ctl', 'promote', '-w', '-D', standby.folder);
      await asked(standby, 'alter system reset synchronous_standby_names');
      await asked(standby, 'select pg_reload_conf()');
      [primary, standby] = [standby, primary];
    },
    rebuild: follow,
    async stop() {
      await database.stop();
      for (const { process: server } of [standby, primary]) {
        if (!server) continue;
        const ended = once(server, 'exit');
        server.kill('SIGQUIT');
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The roles and tables, and a pool for each, all by the address of both hosts. */
async function prepared(folder: string, admin: string): Promise<TestDatabase> {
  const keysDirectory = path.join(folder, 'keys');
  const { stop: prepare } = await openDatabase({
    ...{ dataDirectory: folder, keysDirectory, urls: { admin }, roles: [] },
    onConnectionError: () => {},
  });
  await prepare();
  const url = (role: Role | 'admin') =>
    role === 'admin'
      ? admin
      : loggedInAs(
          admin,
          roleName(role),
          readPassword(passwordFile(keysDirectory, `database-${role}`))!,
        );
  const open = (role: Role | 'admin', more: pg.PoolConfig = {}) =>
    openPool(role, { connectionString: url(role), ...more }, () => {});
  const pools = {
    admin: open('admin'),
    owner: open('admin', { options: '-c role=gatehouse_owner' }),
    web: open('web'),
    worker: open('worker'),
    scribe: open('scribe'),
  };
  let stopping: Promise<unknown> | undefined;
  return {
    ...{ pools, url, keysDirectory },
    async stop() {
      stopping ??= Promise.all(Object.values(pools).map((pool) => pool.end()));
      await stopping;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  server.close();
  await closed;
  return port;
}
