import type { Checkpoint } from '#core/note.ts';
import { type Db, type Sql, sql } from '#store/sql.ts';

/** The tree as it stands. */
export interface Head extends Checkpoint {
  readonly root: Buffer;
}

const statement = sql`select origin, size::float8 as size, root from ledger.head`;

export const headOf = (db: Db): Promise<Head> => read(db, statement);

/** {@link headOf}; nobody integrates anything until the end of the transaction. */
export const lockHead = (tx: Db): Promise<Head> => read(tx, sql`${statement} for update`);

async function read(db: Db, query: Sql): Promise<Head> {
  const { rows } = await db.query<Head & { size: number }>(query);
  if (rows[0]) return rows[0];
  throw new Error('The record has no head (table ledger.head is empty).');
}
