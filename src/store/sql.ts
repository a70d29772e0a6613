import type { QueryResult, QueryResultRow } from 'pg';

/** A pool or a transaction; a repository function does not care which. */
export interface Db {
  query<Row extends QueryResultRow = Record<string, never>>(query: Sql): Promise<QueryResult<Row>>;
}

export interface Sql {
  /** Names the prepared statement, so that PostgreSQL parses each call site once per connection. */
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

const statements = new WeakMap<TemplateStringsArray, { name: string; text: string }>();
let statementCount = 0;

/** Every `${value}` becomes a bound parameter; nothing is ever spliced into the text. */
export function sql(parts: TemplateStringsArray, ...values: unknown[]): Sql {
  let statement = statements.get(parts);
  if (!statement) {
    statementCount += 1;
    const text = parts.reduce((before, part, i) => `${before}$${i}${part}`);
    statement = { name: `gatehouse_${statementCount}`, text };
    statements.set(parts, statement);
  }
  return { ...statement, values };
}

/** Something that hands out connections; `pg.Pool` is one. */
export interface Pool extends Db {
  connect(): Promise<Db & { release(broken?: Error | boolean): void }>;
}

const begin: Sql = { name: 'gatehouse_begin', text: 'begin', values: [] };
const commit: Sql = { name: 'gatehouse_commit', text: 'commit', values: [] };
const rollback: Sql = { name: 'gatehouse_rollback', text: 'rollback', values: [] };

/** What PostgreSQL says when it ended a transaction to undo a circle of waits. */
const deadlockDetected = '40P01';
const attempts = 3;

/**
 * Runs `work` in one transaction: commits what it returns, rolls back when it throws. It is run
 * again when it met others in a deadlock, so all it does besides must bear repeating.
 */
export async function inTransaction<T>(pool: Pool, work: (tx: Db) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(pool, work);
    } catch (error) {
      const met = error instanceof Error && 'code' in error && error.code === deadlockDetected;
      if (!met || attempt === attempts) throw error;
    }
  }
}

async function once<T>(pool: Pool, work: (tx: Db) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query(commit);
    return result;
  } catch (error) {
    await client.query(rollback).catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
