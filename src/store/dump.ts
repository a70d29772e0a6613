import type { Readable } from 'node:stream';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { migrationsIn } from './migrate.ts';
import { owner } from './roles.ts';

/** A table of the program, `public.cases` for example, and the columns that hold what is in it. */
export interface DumpedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Where a sequence stands. */
export interface DumpedSequence {
  readonly name: string;
  readonly value: string;
  /** Whether that value was given out already. */
  readonly called: boolean;
}

/** The database at one moment, as long as the work on it goes on. */
export interface Snapshot {
  readonly takenAt: Date;
  readonly migrations: readonly string[];
  readonly tables: readonly DumpedTable[];
  readonly sequences: readonly DumpedSequence[];
  /** The keys of people in the record, which are kept apart so that an erasure reaches backups as well. */
  readonly peopleKeys: DumpedTable;
  /** The rows of a table as PostgreSQL's COPY writes them, one a line. */
  rowsOf(table: DumpedTable): Readable;
  readonly db: pg.ClientBase;
}

/** Who may come in at this moment; put back, it would let in again who was shown out since. */
const leftOut = [
  'public.migrations',
  'public.sessions',
  'public.sign_in_links',
  'public.passkey_challenges',
  'public.sign_ins_under_way',
];

export const peopleKeysTable = 'ledger.subject_key';

/**
 * Works on the database as it is at one moment, while everything goes on: nobody waits for it. Jobs of the queue are
 * not in it, since rows say what is due. `admin` acts as the owner of the tables.
 */
export async function inDumpedState<T>(
  admin: pg.Pool,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const client = await admin.connect();
  let broken = true;
  try {
    // Between two tables a slow disk may be at work for long.
    await client.query(
      `begin isolation level repeatable read; set local role ${owner}; set local idle_in_transaction_session_timeout = 0`,
    );
    const all = await tablesOf(client);
    const result = await work({
      takenAt: (await client.query<{ at: Date }>('select now() as at')).rows[0]!.at,
      migrations: await migrationsIn(client),
      tables: all.filter(({ name }) => name !== peopleKeysTable && !leftOut.includes(name)),
      sequences: await sequencesOf(client),
      peopleKeys: all.find(({ name }) => name === peopleKeysTable)!,
      rowsOf: (table) => client.query(copyTo(`copy ${target(table)} to stdout`)),
      db: client,
    });
    await client.query('commit');
    broken = false;
    return result;
  } finally {
    client.release(broken);
  }
}

/** Table and columns as COPY takes them. */
export const target = ({ name, columns }: DumpedTable): string =>
  `${identifier(name)} (${columns.map((it) => pg.escapeIdentifier(it)).join(', ')})`;

/** `public.cases`, quoted. */
export const identifier = (name: string): string =>
  name
    .split('.')
    .map((it) => pg.escapeIdentifier(it))
    .join('.');

/** All tables of the program, with the columns that are not computed from others. */
export async function tablesOf(db: pg.ClientBase): Promise<readonly DumpedTable[]> {
  const { rows } = await db.query<DumpedTable>(`
    select format('%s.%s', nspname, relname) as name,
           array_agg(attname::text order by attnum) as columns
      from pg_class
      join pg_namespace on pg_namespace.oid = relnamespace
      join pg_attribute on attrelid = pg_class.oid
     where nspname in ('public', 'ledger', 'secret')
       and relkind = 'r'
       and attnum > 0
       and not attisdropped
       and attgenerated = ''
     group by 1
     order by 1
  `);
  return rows;
}

async function sequencesOf(db: pg.ClientBase): Promise<readonly DumpedSequence[]> {
  const { rows } = await db.query<{ name: string }>(`
    select format('%s.%s', schemaname, sequencename) as name
      from pg_sequences
     where schemaname in ('public', 'ledger', 'secret')
       and sequencename <> 'migrations_id_seq'
     order by 1
  `);
  const found: DumpedSequence[] = [];
  for (const { name } of rows) {
    const { rows: values } = await db.query<Omit<DumpedSequence, 'name'>>(
      `select last_value::text as value, is_called as called from ${identifier(name)}`,
    );
    found.push({ name, ...values[0]! });
  }
  return found;
}
