import type { Checkpoint } from '#core/note.ts';
import { type Db, sql } from '#store/sql.ts';
import type { Mark } from './mark.ts';
import { rootAt } from './tiles.ts';

/** The tree in the database is not the one that was signed. The message says in which way. */
export class ForkFound extends Error {
  override readonly name = 'ForkFound';
}

/** The end of every message about a fork. */
export const whatToDo =
  'Nothing is signed, and no step acts, until a person decides: put the right database back, bring what is ' +
  'missing from the mirror (gatehouse ledger recover --mirror …), or begin a new epoch (gatehouse ledger ' +
  'new-epoch --reason …), which names what was lost.';

/**
 * Holds the tree against what was signed before: the high-water mark outside the database, and the
 * newest checkpoint in it. Throws `ForkFound` when it does not lead there.
 */
export async function checkAgainstMark(db: Db, head: Checkpoint, mark: Mark): Promise<void> {
  const marked = await mark.read();
  const newest = await newestCheckpoint(db, head.origin);
  if (marked && marked.origin !== head.origin) {
    throw new ForkFound(
      `The high-water mark is of the log ${marked.origin}, and the database holds ${head.origin}. ${whatToDo}`,
    );
  }
  if (marked) await checkAgainst(db, head, marked, 'the high-water mark');
  if (newest) await checkAgainst(db, head, newest, 'its newest checkpoint');
}

/** Holds the tree against one state that was signed before. Throws `ForkFound` when it does not lead there. */
export async function checkAgainst(
  db: Db,
  head: Checkpoint,
  signed: Checkpoint,
  where: string,
): Promise<void> {
  if (head.size < signed.size) {
    throw new ForkFound(
      `The record has ${head.size} facts, and ${where} says ${signed.size}: a database of an earlier ` +
        `day was put back, or facts were taken out. ${whatToDo}`,
    );
  }
  // Tiles that were taken away lead nowhere either.
  const root = await rootAt(db, signed.size).catch(() => null);
  if (!root?.equals(signed.root)) {
    throw new ForkFound(
      `The first ${signed.size} facts of the record are not those that ${where} stands for: they were ` +
        `changed. ${whatToDo}`,
    );
  }
}

/** The newest signed state of a log, as the database has it; or the newest up to a size. */
export async function newestCheckpoint(
  db: Db,
  origin: string,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<(Checkpoint & { readonly note: string; readonly signedAt: Date }) | null> {
  const { rows } = await db.query<{
    origin: string;
    size: number;
    root: Buffer;
    note: string;
    signedAt: Date;
  }>(sql`
    select origin, size::float8 as size, root, note, signed_at as "signedAt"
      from ledger.checkpoint
     where origin = ${origin}
       and ledger.checkpoint.size <= ${upTo}
     order by ledger.checkpoint.size desc
     limit 1
  `);
  return rows[0] ?? null;
}

/** Why nothing may be signed or done; null: all is well. */
export const forkFound = sql`
    select because, found_at as "foundAt" from ledger.fork
`;

export async function foundFork(db: Db): Promise<{ because: string; foundAt: Date } | null> {
  const { rows } = await db.query<{ because: string; foundAt: Date }>(forkFound);
  return rows[0] ?? null;
}

/** Remembers a fork where every process sees it. */
export async function noteFork(db: Db, because: string): Promise<void> {
  await db.query(sql`
    insert into ledger.fork (because) values (${because}) on conflict (one) do nothing
  `);
}
