import type { Duplex } from 'node:stream';
import pg from 'pg';
import { reaching } from './hosts.ts';
import type { Role } from './roles.ts';

/** Told what happened to an idle or broken connection; the pool itself opens a new one when asked. */
export type OnConnectionError = (message: string) => void;

interface Limits {
  /** Connections that one process opens at most. */
  readonly max: number;
  readonly statementTimeoutMs: number;
}

/**
 * Together they stay below the embedded server's 200 connections. A worker needs few: its passes
 * mostly wait for other systems, and write in groups; a session that is used often has its plans at
 * hand. A request or a pass that waits longer than this for one statement is better off failing.
 */
const limits: Record<Role | 'admin', Limits> = {
  web: { max: 20, statementTimeoutMs: 30_000 },
  worker: { max: 10, statementTimeoutMs: 60_000 },
  scribe: { max: 5, statementTimeoutMs: 120_000 },
  admin: { max: 3, statementTimeoutMs: 0 },
};

/** How much later than the server we give a statement up. */
const answerMs = 10_000;

const dateTypeId = 1082;

/** A `date` stays the text it is: as a moment it would shift with the machine's zone. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (typeId: number, format?: 'text' | 'binary') =>
    typeId === dateTypeId ? (text: string) => text : pg.types.getTypeParser(typeId, format),
};

/** Opens a pool that connects when first used and survives the loss of its connections. */
export function openPool(
  role: Role | 'admin',
  config: pg.PoolConfig,
  onError: OnConnectionError,
): pg.Pool {
  const { max, statementTimeoutMs } = limits[role];
  const { login, Client } = reaching(config);
  const pool = new pg.Pool({
    // pg hands it what the pool was given, which its types do not say.
    Client: Client as unknown as new () => pg.ClientBase,
    max,
    application_name: `gatehouse ${role}`,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    // Where the server is gone without a word, nobody there ends the statement.
    ...(statementTimeoutMs > 0 ? { query_timeout: statementTimeoutMs + answerMs } : {}),
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    // What is asked at one time goes out at one time: nobody waits for an answer that he does not need.
    pipeline: role !== 'admin', // a dump streams, which pg does not do so
    types,
    ...(role === 'worker' ? { options: samePlans } : {}),
    ...(role === 'web' ? { options: roomForSearches } : {}),
    ...login,
  });
  hear(pool, (message) => onError(`A connection to the database (${role}) broke: ${message}`));
  return pool;
}

/**
 * Words that stand in a quarter of a million facts each are held against one another in memory. Where that does not
 * suffice, PostgreSQL remembers pages in place of rows, and reads nearly all of them again. Compiling a search, or
 * starting more processes for it, takes longer than the search.
 */
const roomForSearches = '-c work_mem=64MB -c jit=off -c max_parallel_workers_per_gather=0';

/**
 * A worker asks the same few things over and over, each by an index: one plan for each will do. It
 * is made while the tables are empty, when going through all of one looks best, and is still used
 * in the middle of a layoff.
 */
const samePlans = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';

/**
 * A pool for a worker's queue, which logs in as the worker's pool does. What the queue notes of jobs
 * taken and done need not outlive a crash, since a job done twice does nothing: so it does not wait
 * for the disk. Jobs are added through the worker's pool, in the transaction they belong to.
 */
export function openQueuePool(worker: pg.Pool, onError: OnConnectionError): pg.Pool {
  const { password } = worker.options; // not enumerable, so that it stays out of logs
  const pool = new QueuePool({
    ...worker.options,
    ...(password === undefined ? {} : { password }),
    max: 4,
    options: `${samePlans} -c synchronous_commit=off`,
  });
  hear(pool, (message) => onError(`A connection to the queue broke: ${message}`));
  return pool;
}

/**
 * Each of graphile-worker's runners wants a session of its own to hear of new jobs, of whatever kind.
 * It gets none, and never a word about it: we tell each runner of the jobs that concern it. With a
 * hundred connections it would otherwise be a hundred sessions, all woken for every job.
 */
class QueuePool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): void;
  override connect(callback?: Parameters<pg.Pool['connect']>[0]): unknown {
    if (callback === undefined) return super.connect();
    // Called so in graphile-worker 0.18. By another name it would only listen again.
    if (callback.name !== 'listenForChanges') super.connect(callback);
    return undefined;
  }
}

/** Each connection tells by itself, lent out or idle; unheard, an error would end the process. */
function hear(pool: pg.Pool, onError: OnConnectionError): void {
  const open = new Set<pg.PoolClient>();
  pool.on('connect', (client) => {
    open.add(client);
    client.on('error', (error) => onError(error.message));
    client.on('notice', ({ routine }) => {
      if (routine === replication) cut(client);
    });
    sendTogether(client);
    whenItFails(client, (error) => {
      if (error.message === givenUp) void closed(client);
      // All of them lead to the same server, which is no use to any.
      if ('code' in error && error.code === readOnly) for (const it of open) cut(it);
    });
  });
  pool.on('remove', (client) => open.delete(client));
  pool.on('error', () => {});
}

/**
 * Statements that are asked for in one go are one packet. Each by itself would wake the server, and a session that
 * wakes and sleeps costs more than most of what it is asked.
 */
function sendTogether(client: pg.PoolClient): void {
  const { stream } = connectionOf(client);
  const query = client.query.bind(client) as (...args: readonly unknown[]) => unknown;
  client.query = ((...args: readonly unknown[]) => {
    stream.cork();
    process.nextTick(() => stream.uncork());
    return query(...args);
  }) as typeof client.query;
}

/**
 * A session with a statement that was given up goes on waiting for its answer, and whoever gets it next waits behind;
 * one that may only read, since its server is not the one that takes writes any more, does nothing for us. So they are
 * ended, by which the pool opens others.
 */
function whenItFails(client: pg.PoolClient, failed: (error: Error) => void): void {
  const query = client.query.bind(client) as (...args: readonly unknown[]) => unknown;
  client.query = ((...args: readonly unknown[]) => {
    const answer = query(...args);
    if (answer instanceof Promise) {
      answer.catch((error: unknown) => {
        if (error instanceof Error) failed(error);
      });
    }
    return answer;
  }) as typeof client.query;
}

/** What PostgreSQL says of a write where it can only be read. */
const readOnly = '25006';

/**
 * Where PostgreSQL tells that it has given up waiting for its standby, and says that a transaction is committed which
 * is lost when its server is. That must not be taken for an answer: nobody knows what becomes of it.
 */
const replication = 'SyncRepWaitForLSN';

/** As if the network had ended it: whoever waits for an answer hears that there is none. */
function cut(client: pg.PoolClient): void {
  connectionOf(client).stream.destroy();
}

const connectionOf = (client: pg.PoolClient) =>
  (client as unknown as { connection: { stream: Duplex } }).connection;

/** What pg 8 says of a statement that took longer than `query_timeout`. */
const givenUp = 'Query read timeout';

/** One that waits for an answer closes without saying goodbye. */
const closed = (client: pg.PoolClient): Promise<void> =>
  (client as unknown as pg.Client).end().catch(() => {});
