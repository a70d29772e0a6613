import pg from 'pg';
import { textAt } from '#core/event-rows.ts';
import { type Checkpoint, NoteProblem } from '#core/note.ts';
import { grow, leafHash, type Place, rootOf } from '#core/proof.ts';
import { prunedBelow } from '#core/pruning.ts';
import { type Db, inTransaction, sql } from '#store/sql.ts';
import { leavesOf } from './bundle.ts';
import { indexLeaf } from './event-index.ts';
import { checkLog } from './fsck.ts';
import { sha256 } from './hash.ts';
import { lockHead } from './head.ts';
import { logKeysOf } from './log-keys.ts';
import type { Mark } from './mark.ts';
import { type MirrorStore, signedBy } from './mirror.ts';
import { minIndexOf } from './pruned.ts';
import { aboutNobody, record } from './record.ts';
import { recoverCosigned } from './recover-cosigned.ts';
import { bundleOf, hashesOf, tilePath } from './tile-tree.ts';

/** Why nothing was brought back; the database is as it was. */
export class RecoveryRefused extends Error {
  override readonly name = 'RecoveryRefused';
}

export interface Replayed {
  readonly origin: string;
  /** How many facts the database had. */
  readonly from: number;
  /** How many it has now: as many as the mirror's checkpoint says. */
  readonly to: number;
  /** Rows, as `table/id`, of which the record knows and the database has nothing. */
  readonly missingRows: readonly string[];
}

/** Who is said to have stated a fact that came from the mirror: its leaf does not tell, and only its leaf is kept there. */
export const recoveredBy = 'recovered';

const tileWidth = 256;

/**
 * Brings back the facts that a database of an earlier day lacks, from the bundles of the mirror, in one transaction.
 * The tree must come out as the high-water mark and the signed checkpoint in the mirror say; otherwise nothing is
 * changed, and `RecoveryRefused` says why.
 *
 * Rows of which the record knows a later version are raised to that version, since it cannot be accounted for twice;
 * what stands in them is still of the earlier day. Facts that were pruned after that day are pruned again, as the record
 * says. `admin` may act as the owner of the tables.
 */
export async function replayFromMirror(
  admin: pg.Pool,
  store: MirrorStore,
  mark: Mark,
): Promise<Replayed> {
  return inTransaction(admin, async (tx) => {
    await tx.query(sql`set local role gatehouse_owner`);
    const { rows } = await tx.query<{ taken: boolean }>(sql`
      select pg_try_advisory_xact_lock(1734440037, 1) as taken
    `);
    if (!rows[0]?.taken)
      throw new RecoveryRefused('A scribe is at work. Stop Gatehouse, and try again.');
    const head = await lockHead(tx);
    const { note, checkpoint } = await signedIn(tx, store, head.origin);
    const marked = await markOf(mark, head.origin, checkpoint, store.place);

    const tree = emptyTree();
    const rootsToHold = [marked, checkpoint].filter((it) => it !== null);
    const check = (size: number) => {
      for (const it of rootsToHold) {
        if (it.size === size && !Buffer.from(tree.root()).equals(it.root))
          throw new LeadsElsewhere();
      }
    };
    const versions = new Map<string, number>();
    const minIndex = await minIndexOf(tx);
    let prunedTo = minIndex;
    try {
      for (let n = 0; n * tileWidth < checkpoint.size; n += 1) {
        const start = n * tileWidth;
        const end = Math.min(start + tileWidth, checkpoint.size);
        if (end <= minIndex) {
          // Of what was pruned the tile is left; that it is the right one, the root says.
          tree.add(splitTile(await hashesOf(tx, 0, n, tileWidth)));
          check(tree.size());
          continue;
        }
        const known = Math.max(0, Math.min(end, head.size) - start);
        const leaves =
          known === end - start
            ? splitBundle(await bundleOf(tx, n, known))
            : await bundleIn(store, head.origin, n, end - start);
        // What the database has already is taken from there, so that the root speaks for it too.
        const own =
          known > 0 && known < end - start ? splitBundle(await bundleOf(tx, n, known)) : [];
        const all = leaves.map((leaf, i) => own[i] ?? leaf);
        const cut = marked && marked.size > start && marked.size < end ? marked.size - start : null;
        const tiles = [];
        for (const part of cut === null ? [all] : [all.slice(0, cut), all.slice(cut)]) {
          tiles.push(...tree.add(part.map((leaf) => leafHash(sha256, leaf))));
          check(tree.size());
        }
        if (known === end - start) continue;
        await replay(tx, start + known, all.slice(known), versions);
        prunedTo = Math.max(
          prunedTo,
          ...all.slice(known).map((leaf) => prunedBelow(leaf.toString('utf8'))),
        );
        for (const { level, n, hashes } of tiles) await putTile(tx, level, n, Buffer.from(hashes));
      }
    } catch (error) {
      if (!(error instanceof LeadsElsewhere)) throw error;
      throw new RecoveryRefused(await whyElsewhere(tx, store, head, minIndex));
    }
    if (head.size < checkpoint.size) {
      await tx.query(sql`
        update ledger.head set size = ${checkpoint.size}, root = ${Buffer.from(checkpoint.root)}
      `);
      await tx.query(sql`
        insert into ledger.checkpoint (origin, size, root, note)
        values (${head.origin}, ${checkpoint.size}, ${Buffer.from(checkpoint.root)}, ${note})
            on conflict (origin, size) do nothing
      `);
    }
    await recoverCosigned(tx, store, checkpoint);
    const missingRows = await raiseVersions(tx, versions);
    if (prunedTo > minIndex) await tx.query(sql`select ledger.prune_below(${prunedTo})`);
    return {
      origin: head.origin,
      from: head.size,
      to: Math.max(head.size, checkpoint.size),
      missingRows,
    };
  });
}

/** The leaves do not lead to a root that was signed. */
class LeadsElsewhere extends Error {}

async function signedIn(
  tx: Db,
  store: MirrorStore,
  origin: string,
): Promise<{ note: string; checkpoint: Checkpoint }> {
  const note = (await store.read(`${origin}/checkpoint`))?.toString('utf8');
  if (note === undefined) {
    throw new RecoveryRefused(
      `${store.place} holds nothing of the log ${origin}. Name the folder or bucket that LEDGER_MIRROR named.`,
    );
  }
  const vkeys = (await logKeysOf(tx, origin)).map(({ vkey }) => vkey);
  try {
    const checkpoint = await signedBy(vkeys, note);
    if (checkpoint.origin === origin) return { note, checkpoint };
  } catch (error) {
    if (!(error instanceof NoteProblem)) throw error;
  }
  throw new RecoveryRefused(
    `The checkpoint in ${store.place} is not one that a key of the log ${origin} in this database has signed.`,
  );
}

async function markOf(
  mark: Mark,
  origin: string,
  { size }: Checkpoint,
  place: string,
): Promise<Checkpoint | null> {
  const marked = await mark.read();
  if (!marked) return null;
  if (marked.origin !== origin) {
    throw new RecoveryRefused(
      `The high-water mark is of the log ${marked.origin}, and the database holds ${origin}.`,
    );
  }
  if (marked.size <= size) return marked;
  throw new RecoveryRefused(
    `The mirror ${place} is too short: it holds ${size} facts, and the high-water mark says ${marked.size}. Use a mirror ` +
      'that is whole, or begin a new epoch (gatehouse ledger new-epoch --reason …), which names what was lost.',
  );
}

/** A tree that grows, of which only the right edge is kept. */
function emptyTree() {
  const edge = new Map<number, { readonly n: number; readonly hashes: Uint8Array }>();
  let size = 0;
  const hashesAt = ({ level, n }: Place) => {
    const tile = edge.get(level);
    if (tile?.n === n) return tile.hashes;
    throw new Error(`Hashing again lost the tile ${level}/${n}.`);
  };
  return {
    size: () => size,
    root: () => rootOf(sha256, size, hashesAt),
    add(hashes: readonly Uint8Array[]) {
      const tiles = grow(sha256, size, hashesAt, hashes);
      for (const { level, n, hashes: row } of tiles) edge.set(level, { n, hashes: row });
      size += hashes.length;
      return tiles;
    },
  };
}

async function bundleIn(
  store: MirrorStore,
  origin: string,
  n: number,
  width: number,
): Promise<readonly Buffer[]> {
  const path = tilePath('entries', n, width);
  const bytes = await store.read(`${origin}/${path}`);
  const leaves = bytes && leavesOf(bytes);
  if (leaves?.length === width) return leaves;
  throw new RecoveryRefused(
    `${path} in ${store.place} ${bytes ? `does not hold ${width} facts: it was cut off or changed` : 'is missing'}.`,
  );
}

const splitTile = (tile: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: tileWidth }, (_, i) => tile.subarray(32 * i, 32 * (i + 1)));

const splitBundle = (bundle: Buffer): readonly Buffer[] => leavesOf(bundle) ?? [];

/** Puts facts into the record, in their order, as the sequencer would have. */
async function replay(
  tx: Db,
  from: number,
  leaves: readonly Buffer[],
  versions: Map<string, number>,
): Promise<void> {
  const bodies = leaves.map((leaf): unknown => JSON.parse(leaf.toString('utf8')));
  const rowKeys = bodies.map((body) => textAt(body, 'row'));
  const caseIds = bodies.map((body) => textAt(body, 'case'));
  const seqs = bodies.map((body) => numberAt(body, 'case_seq'));
  const hashes = leaves.map((leaf) => Buffer.from(leafHash(sha256, leaf)));
  for (const key of rowKeys) {
    const [, row = '', version = ''] = /^(.+)@(\d+)$/.exec(key ?? '') ?? [];
    if (row !== '') versions.set(row, Math.max(versions.get(row) ?? 0, Number(version)));
  }
  // Facts that were waiting in the database of that day, and were put in order after it.
  await tx.query(sql`delete from ledger.staged where leaf = any (${leaves}::bytea[])`);
  const { rows } = await tx.query<{ type: string; caseId: string | null }>(sql`
    select convert_from(staged.leaf, 'UTF8')::jsonb ->> 'type' as type, staged.case_id as "caseId"
      from ledger.staged
      join unnest(${rowKeys}::text[], ${caseIds}::text[], ${seqs}::integer[]) as replayed (row_key, case_id, case_seq)
        on staged.row_key = replayed.row_key
        or (staged.case_id = replayed.case_id and staged.case_seq = replayed.case_seq)
     limit 1
  `);
  if (rows[0]) {
    throw new RecoveryRefused(
      `Since the database was put back, Gatehouse has stated ${rows[0].type}${rows[0].caseId ? ` of the case ${rows[0].caseId}` : ''}, ` +
        'in the place of a fact that is in the mirror. Put the database back once more, and recover before anything is started.',
    );
  }
  const terms = leaves.map((leaf) => indexLeaf(leaf, new Date()));
  await tx.query(sql`
    with replayed as (
      select *, ${from}::bigint + place - 1 as idx
        from unnest(
               ${leaves}::bytea[], ${hashes}::bytea[], ${rowKeys}::text[], ${caseIds}::text[], ${seqs}::integer[],
               ${terms.map((it) => it.at)}::timestamptz[], ${terms.map((it) => it.type)}::text[],
               ${terms.map((it) => it.personRef)}::text[], ${terms.map((it) => it.system)}::text[],
               ${terms.map((it) => it.actorId)}::text[], ${terms.map((it) => it.grade)}::text[],
               ${terms.map((it) => it.words)}::text[], ${terms.map((it) => it.caseId)}::text[]
             ) with ordinality as it
               (leaf, leaf_hash, row_key, case_id, case_seq, at, type, person_ref, system, actor_id, grade, words,
                term_case, place)
    ), entries as (
      insert into ledger.entry (idx, sid, leaf, leaf_hash, row_key, case_id, case_seq, staged_by)
      select idx, nextval(pg_get_serial_sequence('ledger.staged', 'sid')), leaf, leaf_hash, row_key, case_id, case_seq,
             ${recoveredBy}
        from replayed
       order by idx
    ), terms as (
      insert into ledger.event_ix (idx, at, type, case_id, person_ref, system, actor_id, grade, body, words)
      select idx, at, type, term_case, person_ref, system, actor_id, grade, convert_from(leaf, 'UTF8')::jsonb,
             array_to_tsvector(string_to_array(words, ' '))
        from replayed
    )
    insert into ledger.chain (case_id, seq, last_hash)
    select distinct on (case_id) case_id, case_seq, leaf_hash
      from replayed
     where case_id is not null
     order by case_id, case_seq desc
        on conflict (case_id) do update
       set seq = excluded.seq, last_hash = excluded.last_hash
     where chain.seq < excluded.seq
  `);
}

function numberAt(value: unknown, name: string): number | null {
  const it: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
  return typeof it === 'number' ? it : null;
}

async function putTile(tx: Db, level: number, n: number, data: Buffer): Promise<void> {
  await tx.query(sql`
    insert into ledger.tile (level, n, width, data)
    values (${level}, ${n}, ${data.length / 32}, ${data})
        on conflict (level, n) do update set width = excluded.width, data = excluded.data
  `);
}

/** Which of the two is not as it was signed, in a sentence. */
async function whyElsewhere(
  tx: Db,
  store: MirrorStore,
  { origin, size }: Checkpoint,
  minIndex: number,
): Promise<string> {
  const checked = await checkLog({
    read: (name) => store.read(`${origin}/${name}`),
    list: (name) => store.list(`${origin}/${name}`),
  });
  const [first] = checked?.problems ?? [];
  if (first) return `The mirror ${store.place} is not as it was signed. ${first}`;
  for (let n = minIndex / tileWidth; n * tileWidth < size; n += 1) {
    const total = checked?.checkpoint.size ?? 0;
    const theirs = await bundleIn(store, origin, n, Math.min(tileWidth, total - n * tileWidth));
    const ours = splitBundle(await bundleOf(tx, n, Math.min(tileWidth, size - n * tileWidth)));
    const place = ours.findIndex((leaf, i) => theirs[i] && !leaf.equals(theirs[i]));
    if (place >= 0) {
      return (
        `The fact ${n * tileWidth + place} in the database is not the one in the mirror ${store.place}, which leads to what ` +
        'was signed: it was changed. Put back a database that was not.'
      );
    }
  }
  return `The facts in the mirror ${store.place} do not lead to the high-water mark: they are of another history.`;
}

/**
 * A version that the record accounts for cannot be stated again, so each row goes on from the one that is known. Answers
 * the rows that are not there at all.
 */
async function raiseVersions(tx: Db, versions: ReadonlyMap<string, number>): Promise<string[]> {
  const byTable = Map.groupBy(versions, ([row]) => row.slice(0, row.indexOf('/')));
  const missing: string[] = [];
  for (const [table, rows] of byTable) {
    const ids = rows.map(([row]) => row.slice(table.length + 1));
    if (!(await isVersioned(tx, table))) {
      missing.push(...rows.map(([row]) => row));
      continue;
    }
    const name = pg.escapeIdentifier(table);
    const run = (text: string, values: unknown[] = []) =>
      tx.query<{ id: string }>({ name: '', text, values });
    // The guards let no version be skipped, and this one is accounted for already.
    await run(`alter table public.${name} disable trigger user`);
    await run(
      `update public.${name} it set version = known.version
         from unnest($1::text[], $2::integer[]) as known (id, version)
        where it.id::text = known.id and it.version < known.version`,
      [ids, rows.map(([, version]) => version)],
    );
    await run(`alter table public.${name} enable trigger user`);
    const { rows: found } = await run(
      `select id::text as id from public.${name} where id::text = any ($1::text[])`,
      [ids],
    );
    const there = new Set(found.map(({ id }) => id));
    missing.push(...ids.filter((id) => !there.has(id)).map((id) => `${table}/${id}`));
  }
  return missing;
}

async function isVersioned(tx: Db, table: string): Promise<boolean> {
  const { rows } = await tx.query<{ columns: number }>(sql`
    select count(*)::integer as columns
      from information_schema.columns
     where table_schema = 'public'
       and table_name = ${table}
       and column_name in ('id', 'version')
  `);
  return rows[0]?.columns === 2;
}

/** What came back of one case. */
export interface RecoveredCase {
  readonly caseId: string;
  readonly facts: number;
  /** Steps that were settled, as `account.suspend in okta: verified`. */
  readonly settled: readonly string[];
}

/** What came from the mirror since the record last said so. */
export interface Recovered {
  /** The first fact, and the first after the last. */
  readonly from: number;
  readonly to: number;
  readonly cases: readonly RecoveredCase[];
}

/** Null: nothing came from the mirror, or the record says so already. */
export async function unstatedRecovery(db: Db): Promise<Recovered | null> {
  const { rows } = await db.query<RecoveredCase & { from: number; to: number }>(sql`
    select entry.case_id as "caseId", count(*)::integer as facts,
           coalesce(array_agg(format('%s in %s: %s', coalesce(body #>> '{step,capability}', 'a step'),
                                     coalesce(body #>> '{step,connection}', 'no system'), grade) order by idx)
                    filter (where grade is not null), '{}') as settled,
           min(idx)::float8 as from, max(idx)::float8 + 1 as to
      from ledger.entry
      join ledger.event_ix using (idx)
     where staged_by = ${recoveredBy}
       and idx >= (select min_index from ledger.head)
       and idx >= coalesce((select max((body #>> '{data,to}')::bigint) from ledger.event_ix
                             where type = 'log.recovered'), 0)
     group by entry.case_id
     order by min(idx)
  `);
  if (rows.length === 0) return null;
  return {
    from: Math.min(...rows.map((it) => it.from)),
    to: Math.max(...rows.map((it) => it.to)),
    cases: rows
      .filter(({ caseId }) => caseId !== null)
      .map(({ caseId, facts, settled }) => ({ caseId, facts, settled })),
  };
}

/** States that facts came back, so that nobody takes them for what this database had seen itself. */
export async function stateRecovered(
  tx: Db,
  { from, to, cases }: { readonly from: number; readonly to: number; readonly cases: number },
): Promise<void> {
  await record(tx, aboutNobody, [
    {
      type: 'log.recovered',
      actor: { kind: 'system', id: 'scribe', auth: 'none' },
      data: { from, to, cases },
    },
  ]);
}

/** The record is again the one that was signed: it may be signed, and steps may act. */
export async function clearFork(admin: Db): Promise<void> {
  await admin.query(sql`delete from ledger.fork`);
}
