import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type DumpedSequence, type DumpedTable, identifier, tablesOf, target } from './dump.ts';
import { DatabaseProblem } from './problem.ts';
import { owner } from './roles.ts';

/** What goes into an empty database that was migrated as far as the one that it comes from. */
export interface Load {
  readonly tables: readonly DumpedTable[];
  readonly sequences: readonly DumpedSequence[];
  /** The rows of a table as COPY wrote them. */
  rowsOf(table: DumpedTable): Readable;
  /** The last of what belongs to it. */
  filled(admin: pg.ClientBase): Promise<void>;
}

/**
 * Fills the tables, in one transaction: all of it, or nothing. Triggers do not judge rows that were judged already;
 * that what refers to other rows finds them is checked at the end. Throws `DatabaseProblem` with a sentence.
 */
export async function loadTables(admin: pg.ClientBase, it: Load): Promise<void> {
  await admin.query(`begin; set local role ${owner}`);
  try {
    const known = new Map((await tablesOf(admin)).map((table) => [table.name, table]));
    for (const { name, columns } of it.tables) checkShape(name, columns, known.get(name));
    const references = await referencesOf(admin);
    for (const { table, name } of references) {
      await admin.query(`alter table ${table} drop constraint ${name}`);
    }
    for (const table of it.tables) {
      const name = identifier(table.name);
      await admin.query(`alter table ${name} disable trigger user; delete from ${name}`);
      await pipeline(
        it.rowsOf(table),
        admin.query(copyFrom(`copy ${target(table)} from stdin`)),
      ).catch((cause: Error) => {
        throw new DatabaseProblem(
          `The rows of ${table.name} cannot be put back: ${cause.message}.`,
          { cause },
        );
      });
      await admin.query(`alter table ${name} enable trigger user`);
    }
    for (const { table, name, definition } of references) {
      await admin
        .query(`alter table ${table} add constraint ${name} ${definition}`)
        .catch((cause: Error) => {
          throw new DatabaseProblem(`Rows in ${table} name others that are missing: ${cause}.`, {
            cause,
          });
        });
    }
    for (const { name, value, called } of it.sequences) {
      await admin.query('select setval($1::regclass, $2::bigint, $3)', [name, value, called]);
    }
    await it.filled(admin);
    await admin.query('commit');
  } catch (error) {
    await admin.query('rollback').catch(() => {}); // what happened first says more
    throw error;
  }
  // Without figures the first hours would be planned as if all tables were empty.
  await admin.query(`set role ${owner}; analyze; reset role`);
}

function checkShape(name: string, columns: readonly string[], found: DumpedTable | undefined) {
  if (found && columns.toSorted().join() === found.columns.toSorted().join()) return;
  throw new DatabaseProblem(
    `${name} in the backup has other columns than here. It was made by another development version.`,
  );
}

interface Reference {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** Foreign keys: without them rows can be put in in any order. */
async function referencesOf(db: pg.ClientBase): Promise<readonly Reference[]> {
  const { rows } = await db.query<Reference>(`
    select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
      from pg_constraint
     where contype = 'f'
       and connamespace::regnamespace::text in ('public', 'ledger', 'secret')
     order by 1, 2
  `);
  return rows;
}
