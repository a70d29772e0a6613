import pg from 'pg';
import type { Role } from '#store/roles.ts';
import type { Pool, Sql } from '#store/sql.ts';
import { startDatabase, type TestDatabase } from '#store/testing/database.ts';
import { inWorld, tellTime, transplant } from './database-clock.ts';
import type { Actor, World } from './world-clock.ts';

/*
 * The real database of a history: the program's own statements, functions, triggers and rights. Only its clock is the
 * world's, and one statement or transaction is carried out after the other, in the order in which the world has them
 * arrive. What PostgreSQL does when two transactions meet is for the tests with real processes.
 */

type Seat = Role | 'admin';

export interface WorldDatabase {
  /** What an actor sees as its pool. */
  poolOf(actor: Actor, role: Role): Pool;
  /** Beside the history: takes none of its time. */
  rows<Row>(text: string, ...values: unknown[]): Promise<Row[]>;
  /** Lets a scribe's part of the program work beside the history. */
  readonly scribe: Pool;
  /** Whether a transaction is under way. */
  isHeld(): boolean;
  /** Does something beside the history that a transaction could hold up, as soon as none is under way. */
  whenFree(work: () => Promise<void>): Promise<void> | void;
  /** Whether somebody may have added jobs since it was last asked. */
  takeChanged(): boolean;
  /** Rolls back what a dead one had begun, as PostgreSQL does as soon as its session is gone. */
  abandon(actor: Actor): Promise<void>;
  /** What each new history begins with. */
  keepBaseline(): Promise<void>;
  /** Everything is as it was when the baseline was kept. */
  reset(): Promise<void>;
  /** How many statements there were. */
  readonly statements: number;
  readonly real: TestDatabase;
}

/** One statement takes so long, in the world. */
const statementMs = [0.2, 3] as const;

export async function openWorldDatabase(
  world: World,
  edits: readonly { readonly sql: string; readonly from: string; readonly to: string }[],
): Promise<WorldDatabase> {
  const real = await startDatabase();
  for (const { sql, from, to } of edits) {
    const { rows } = await real.pools.admin.query<{ source: string }>(
      'select pg_get_functiondef(oid) as source from pg_proc where proname = $1',
      [sql],
    );
    const parts = rows[0]?.source.split(from) ?? [];
    if (parts.length !== 2) throw new Error(`A mutant does not fit ${sql} any more: ${from}`);
    await real.pools.admin.query(parts.join(to));
  }
  await real.pools.admin.query(transplant);
  const clients = {} as Record<Seat, pg.Client>;
  for (const role of ['web', 'worker', 'scribe', 'admin'] as const) {
    clients[role] = await connect(real.url(role), role);
  }
  const told: Partial<Record<Seat, number | undefined>> = {};
  const texts = new Map<string, string>();
  const named = new Map<string, string>();
  let statements = 0;
  let changed = false;
  /** Whose transaction is under way. */
  let holder: { readonly seat: Seat; readonly actor: Actor } | null = null;
  const waiting: (() => void)[] = [];

  /** A statement as the world's clock wants it: names are by text, since a text here is another than there. */
  async function send(seat: Seat, query: Sql | string): Promise<pg.QueryResult> {
    const client = clients[seat];
    const at = Math.floor(world.now * 1_000);
    const { text, values } = typeof query === 'string' ? { text: query, values: [] } : query;
    let moved = texts.get(text);
    if (moved === undefined) {
      moved = inWorld(text);
      texts.set(text, moved);
      named.set(text, `s${named.size}`);
    }
    statements += 1;
    const { stream } = client.connection;
    stream.cork();
    // In one go with the statement itself. After a failed statement it fails as well, and a rollback takes it back.
    if (told[seat] !== at)
      client.query({ name: 'clock', text: tellTime, values: [`${at}`] }).catch(() => {});
    told[seat] = text === 'rollback' ? undefined : at;
    const answer =
      typeof query === 'string'
        ? client.query(moved)
        : client.query({ name: named.get(text)!, text: moved, values });
    stream.uncork();
    return answer;
  }

  /** Waits for its turn, does it as somebody, and tells them of the answer unless they died. */
  function inTurn<T>(actor: Actor, mine: object, what: string, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const [low, high] = statementMs;
      const turn = async (): Promise<void> => {
        if (holder !== null && holder !== mine) {
          waiting.push(() => world.afterFor(actor, 0, turn));
          return;
        }
        actor.crossing?.(what, 'before');
        if (actor.dead) return;
        const answer = await work().then(
          (value) => () => resolve(value),
          (error: unknown) => () => reject(error),
        );
        actor.crossing?.(what, 'after');
        if (actor.dead) return;
        if (actor.frozenUntil > world.now && holder !== mine) {
          world.afterFor(actor, actor.frozenUntil - world.now, answer);
        } else answer();
      };
      world.afterFor(actor, low + world.chance.next() * (high - low), turn);
    });
  }

  function release(): void {
    holder = null;
    for (const next of waiting.splice(0)) next();
  }

  const brief = (text: string) => text.trim().replaceAll(/\s+/g, ' ').slice(0, 70);

  function poolOf(actor: Actor, role: Role): Pool {
    const query = (mine: NonNullable<typeof holder>, it: Sql | string) => {
      const text = typeof it === 'string' ? it : it.text;
      return inTurn(actor, mine, `db ${brief(text)}`, async () => {
        const word = text.trimStart().slice(0, 8).toLowerCase();
        if (word.startsWith('begin')) holder = mine;
        const answer = await send(role, it);
        if (word.startsWith('commit') || word.startsWith('rollback')) {
          release();
          changed = true;
        } else if (holder === null) changed = true;
        return answer;
      });
    };
    return {
      query: (it: Sql) => query({ seat: role, actor }, it) as never,
      async connect() {
        const mine = { seat: role, actor };
        let last: Promise<unknown> = Promise.resolve();
        return {
          // What is sent without waiting for an answer is carried out in that order all the same.
          query(it: Sql) {
            const answer = last.then(() => query(mine, it));
            last = answer.catch(() => {});
            return answer as never;
          },
          release() {},
        };
      },
    };
  }

  /** Empties all tables, really, and puts into them what the baseline kept. */
  async function putBack(vacuumed: 'name' | 'touched'): Promise<void> {
    const { rows } = await clients.admin.query<{ touched: string[]; name: string[] }>(
      'select sim.clear() as touched, array(select name from sim.tables order by name) as name',
    );
    await clients.admin.query(`vacuum ${rows[0]![vacuumed].join(', ')}`);
    await clients.admin.query('select sim.restore()');
  }

  const self: WorldDatabase = {
    real,
    get statements() {
      return statements;
    },
    poolOf,
    async rows<Row>(text: string, ...values: unknown[]) {
      const { rows } = await send('admin', { name: text, text, values });
      return rows as Row[];
    },
    scribe: {
      query: (it: Sql) => send('scribe', it) as never,
      async connect() {
        return { query: (it: Sql) => send('scribe', it) as never, release() {} };
      },
    },
    isHeld: () => holder !== null,
    whenFree(work) {
      if (holder === null) return work();
      waiting.push(() => world.after(0, () => self.whenFree(work)));
    },
    takeChanged() {
      const was = changed;
      changed = false;
      return was;
    },
    async abandon(actor) {
      if (holder?.actor !== actor) return;
      await send(holder.seat, 'rollback');
      release();
    },
    async keepBaseline() {
      await clients.admin.query('select sim.keep()');
      // All of them, once: what PostgreSQL knows of their sizes decides plans, and those the order of rows.
      await putBack('name');
    },
    async reset() {
      waiting.length = 0;
      if (holder !== null) await self.abandon(holder.actor);
      changed = true;
      await putBack('touched');
    },
  };
  return self;
}

async function connect(connectionString: string, seat: Seat): Promise<pg.Client> {
  const dateTypeId = 1082;
  const client = new pg.Client({
    connectionString,
    types: {
      getTypeParser: ((id: number, format?: 'text') =>
        id === dateTypeId
          ? (text: string) => text
          : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
    },
    // As the worker has it in production.
    options:
      seat === 'admin'
        ? '-c jit=off'
        : '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off',
  });
  // Not in the types yet.
  Object.assign(client, { pipeline: true });
  await client.connect();
  client.on('error', () => {});
  return client;
}
