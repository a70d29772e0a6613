import { type Db, sql } from '#store/sql.ts';
import { databaseFiles } from './database-files.ts';
import { indexLeaf } from './event-index.ts';
import { checkAgainst, ForkFound, newestCheckpoint } from './fork-guard.ts';
import { type Checked, checkLog } from './fsck.ts';
import { type Head, headOf } from './head.ts';
import { logKeysOf } from './log-keys.ts';
import type { Mark } from './mark.ts';
import { signedBy } from './mirror.ts';
import { claimedPruning, minIndexOf } from './pruned.ts';
import { rootAt } from './tiles.ts';

const batchSize = 2_048;

/**
 * Goes through the record in the database: every fact and tile up to the newest checkpoint, every signed state, the
 * hashes beside the facts, the head, and the mark. To be run on one snapshot. Null: nothing was signed yet.
 */
export async function checkDatabase(db: Db, mark: Mark): Promise<Checked | null> {
  const head = await headOf(db);
  const checked = await checkLog(databaseFiles(db, head.origin), null, await claimedPruning(db));
  if (!checked) {
    const newest = await newestCheckpoint(db, head.origin);
    return (
      newest && {
        checkpoint: newest,
        signedBy: [],
        cosigned: [],
        minIndex: 0,
        problems: ['The newest checkpoint cannot be read.'],
      }
    );
  }
  const problems = [
    ...checked.problems,
    ...(await badHashes(db)),
    ...(await badKept(db)),
    ...(await badHead(db, head, mark)),
    ...(await badCheckpoints(db, head.origin)),
  ];
  return { ...checked, problems };
}

/** What the database computes by itself: it names each fact, also those that are not signed yet. */
async function badHashes(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ idx: string }>(sql`
    select idx
      from ledger.entry
     where leaf_hash <> sha256('\\x00'::bytea || leaf)
     order by idx
     limit 20
  `);
  return rows.map(({ idx }) => `The hash beside the fact ${idx} (ledger.entry) is not its hash.`);
}

/** Facts that stayed below the minimum index lie in no bundle: the tiles say whether they are what was signed. */
async function badKept(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ idx: string }>(sql`
    select idx
      from ledger.entry
      join ledger.head on idx < min_index
      left join ledger.tile on level = 0 and n = idx / 256
     where substring(data from (idx % 256)::integer * 32 + 1 for 32) is distinct from leaf_hash
     order by idx
     limit 20
  `);
  return rows.map(
    ({ idx }) => `The fact ${idx}, which stayed when others were pruned, is not the one signed.`,
  );
}

async function badHead(db: Db, head: Head, mark: Mark): Promise<readonly string[]> {
  const problems: string[] = [];
  const { rows } = await db.query<{ count: number; last: number | null }>(sql`
    select count(*)::float8 as count, max(idx)::float8 as last from ledger.entry
  `);
  const { count = 0, last = null } = rows[0] ?? {};
  if ((last ?? -1) + 1 !== head.size || count < head.size - (await minIndexOf(db))) {
    problems.push(`ledger.head says ${head.size} facts, and ledger.entry has ${count}.`);
  }
  const root = await rootAt(db, head.size).catch(() => null);
  if (!root?.equals(head.root)) {
    problems.push(`The tiles do not lead to the root in ledger.head (${head.size} facts).`);
  }
  const marked = await mark.read().catch((error: Error) => error);
  if (marked instanceof Error) problems.push(marked.message);
  else if (marked && marked.origin !== head.origin) {
    problems.push(`The high-water mark is of another log, ${marked.origin}.`);
  } else if (marked) {
    await checkAgainst(db, head, marked, 'the high-water mark').catch((error: unknown) => {
      if (!(error instanceof ForkFound)) throw error;
      problems.push(error.message);
    });
  }
  return problems;
}

/** Every state that was ever signed under this name. */
async function badCheckpoints(db: Db, origin: string): Promise<readonly string[]> {
  const problems: string[] = [];
  const vkeys = (await logKeysOf(db, origin)).map(({ vkey }) => vkey);
  for (let after = -1; ; ) {
    const { rows } = await db.query<{ size: number; root: Buffer; note: string }>(sql`
      select size::float8 as size, root, note
        from ledger.checkpoint
       where origin = ${origin}
         and ledger.checkpoint.size > ${after}
       order by ledger.checkpoint.size
       limit ${batchSize}
    `);
    for (const { size, root, note } of rows) {
      const name = `The checkpoint of ${size} facts (ledger.checkpoint)`;
      const signed = await signedBy(vkeys, note).catch(() => null);
      if (!signed) problems.push(`${name} is not signed by a key of the log.`);
      else if (signed.size !== size || !root.equals(signed.root) || signed.origin !== origin) {
        problems.push(`${name} has another size or root in its row than in its note.`);
      } else if (!(await rootAt(db, size).catch(() => null))?.equals(root)) {
        problems.push(`${name} is not what the tiles lead to.`);
      }
    }
    if (rows.length < batchSize) return problems;
    after = rows.at(-1)!.size;
  }
}

/** Makes the index anew by which facts are found. Answers how many there are. To be run in one transaction. */
export async function reindex(tx: Db): Promise<number> {
  await tx.query(sql`delete from ledger.event_ix`);
  let count = 0;
  for (let after = -1; ; ) {
    const { rows } = await tx.query<{ idx: number; leaf: Buffer; at: Date }>(sql`
      select idx::float8 as idx, leaf, integrated_at as at
        from ledger.entry
       where ledger.entry.idx > ${after}
       order by ledger.entry.idx
       limit ${batchSize}
    `);
    const terms = rows.map(({ leaf, at }) => indexLeaf(leaf, at));
    await tx.query(sql`
      insert into ledger.event_ix
             (idx, at, type, case_id, person_ref, system, actor_id, grade, body, words)
      select idx, at, type, case_id, person_ref, system, actor_id, grade, convert_from(leaf, 'UTF8')::jsonb,
             array_to_tsvector(string_to_array(words, ' '))
        from unnest(
               ${rows.map((it) => it.idx)}::bigint[], ${rows.map((it) => it.leaf)}::bytea[],
               ${terms.map((it) => it.at)}::timestamptz[], ${terms.map((it) => it.type)}::text[],
               ${terms.map((it) => it.caseId)}::text[], ${terms.map((it) => it.personRef)}::text[],
               ${terms.map((it) => it.system)}::text[], ${terms.map((it) => it.actorId)}::text[],
               ${terms.map((it) => it.grade)}::text[], ${terms.map((it) => it.words)}::text[]
             ) as it (idx, leaf, at, type, case_id, person_ref, system, actor_id, grade, words)
    `);
    count += rows.length;
    if (rows.length < batchSize) return count;
    after = rows.at(-1)!.idx;
  }
}
