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

/** By call site; under the names of the statements that are put into it, where there are any. */
const statements = new WeakMap<TemplateStringsArray, Map<string, { name: string; text: string }>>();
let statementCount = 0;

/**
 * Every `${value}` becomes a bound parameter; nothing is ever spliced into the text but what this
 * tag has made itself: a part of a statement, with its own parameters.
 */
export function sql(parts: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  const inner = values.filter(isSql);
  const ofSite = statements.get(parts) ?? new Map<string, { name: string; text: string }>();
  statements.set(parts, ofSite);
  const key = inner.map((it) => it.name).join(' ');
  let statement = ofSite.get(key);
  if (!statement) {
    statementCount += 1;
    statement = { name: `gatehouse_${statementCount}`, text: textOf(parts, values) };
    ofSite.set(key, statement);
  }
  const made = {
    ...statement,
    values: values.flatMap((it): unknown[] => (isSql(it) ? it.values : [it])),
  };
  madeHere.add(made);
  return made;
}

/** A look-alike from elsewhere, such as parsed JSON, stays a value. */
const madeHere = new WeakSet<object>();

const isSql = (value: unknown): value is Sql =>
  typeof value === 'object' && value !== null && madeHere.has(value);

function textOf(parts: TemplateStringsArray, values: readonly unknown[]): string {
  let text = parts[0]!;
  let count = 0;
  for (const [i, value] of values.entries()) {
    if (isSql(value)) {
      const before = count;
      text += value.text.replaceAll(/\$(\d+)/g, (_, n: string) => `$${before + Number(n)}`);
      count += value.values.length;
    } else {
      count += 1;
      text += `$${count}`;
    }
    text += parts[i + 1]!;
  }
  return text;
}

/** A value for a parameter of type `jsonb`; what is undefined is null there. */
export const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));

/** Something that hands out connections; `pg.Pool` is one. */
export interface Pool extends Db {
  connect(): Promise<Db & { release(broken?: Error | boolean): void }>;
}

const begin: Sql = { name: 'gatehouse_begin', text: 'begin', values: [] };
const beginSnapshot: Sql = {
  name: 'gatehouse_begin_snapshot',
  text: 'begin isolation level repeatable read, read only',
  values: [],
};
const commit: Sql = { name: 'gatehouse_commit', text: 'commit', values: [] };
const rollback: Sql = { name: 'gatehouse_rollback', text: 'rollback', values: [] };

/** What PostgreSQL says when it ended a transaction to undo a circle of waits. */
const deadlockDetected = '40P01';
const attempts = 3;

/**
 * Runs `work` in one transaction: commits what it returns, rolls back when it throws. It is run
 * again when it met others in a deadlock, so all it does besides must bear repeating.
 */
export function inTransaction<T>(pool: Pool, work: (tx: Db) => Promise<T>): Promise<T> {
  return despiteDeadlocks(() => once(pool, work));
}

/** Runs something that takes itself back when it fails, again when it met others in a deadlock. */
export async function despiteDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const met = error instanceof Error && 'code' in error && error.code === deadlockDetected;
      if (!met || attempt === attempts) throw error;
    }
  }
}

/** Reads several things as they were at one moment. */
export const inSnapshot = <T>(pool: Pool, read: (tx: Db) => Promise<T>): Promise<T> =>
  once(pool, read, beginSnapshot);

async function once<T>(pool: Pool, work: (tx: Db) => Promise<T>, start = begin): Promise<T> {
  const client = await pool.connect();
  const course = { isOver: false };
  let broken: Error | undefined;
  try {
    const beginning = client.query(start);
    beginning.catch(() => {});
    const result = await work(inside(client, beginning, course));
    await beginning;
    course.isOver = true;
    const { command } = await client.query(commit);
    // PostgreSQL's whole answer to the commit of a transaction in which something failed that nobody heard.
    if (command === 'ROLLBACK') throw new Error('A statement failed unheard: nothing was done.');
    return result;
  } catch (error) {
    course.isOver = true;
    await client.query(rollback).catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * The statements of a transaction. They are sent as they are asked for, the first along with the beginning: what need not
 * wait for one another goes out together (`Promise.all`), and is carried out in that order. A `begin` fails where the session
 * is lost, and then so does what follows. What comes after the end is refused: where one of several failed, the others
 * must not go on in a session that belongs to somebody else by then.
 */
const inside = (client: Db, beginning: Promise<unknown>, course: { isOver: boolean }): Db => ({
  async query<Row extends QueryResultRow>(query: Sql) {
    if (course.isOver)
      throw new Error('This transaction has ended; nothing can be done in it any more.');
    const answer = client.query<Row>(query);
    answer.catch(() => {}); // not unheard, where the beginning failed first
    await beginning;
    return answer;
  },
});

/**
 * One session for what many read, lent by the pool while anybody reads: what is asked at the same time goes out together
 * and is answered in turn. Only for short reads, since each waits for those before it, and for nothing that locks.
 */
export function readingTogether(pool: Pool): Db {
  let session: ReturnType<Pool['connect']> | null = null;
  let underWay = 0;
  return {
    async query<Row extends QueryResultRow>(query: Sql) {
      session ??= pool.connect();
      const lent = session;
      underWay += 1;
      try {
        return await (await lent).query<Row>(query);
      } finally {
        underWay -= 1;
        if (underWay === 0) {
          session = null;
          lent.then(
            (client) => client.release(),
            () => {}, // heard by whoever asked
          );
        }
      }
    },
  };
}

/** What our functions in the database say when a step was moved by somebody else: see `stale()`. */
const staleStep = 'GH001';

/** The rows; null where a statement took itself back because a step was stale. */
export async function unlessStale<Row>(
  answer: Promise<{ readonly rows: readonly Row[] }>,
): Promise<readonly Row[] | null> {
  try {
    return (await answer).rows;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === staleStep) return null;
    throw error;
  }
}
