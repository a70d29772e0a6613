import { grow, leafHash, rootOf, type Tile } from '#core/proof.ts';
import { type Db, sql } from '#store/sql.ts';
import { indexLeaf } from './event-index.ts';
import { sha256 } from './hash.ts';
import { lockHead } from './head.ts';
import { loadEdge } from './tiles.ts';

/** How many facts one transaction integrates at most. */
export const batchSize = 2_048;

/**
 * Integrates the oldest staged facts: numbers them, extends the tree, makes them findable.
 * Returns how many; fewer than `batchSize` means that no more were waiting. To be run in a
 * transaction of its own: cut off anywhere, it has done nothing and is simply run again.
 *
 * Only committed facts are seen, so a slow writer delays nobody but himself. The lock on the
 * head keeps the tree whole even if two sequencers run, each believing to be the only one.
 */
export async function sequence(tx: Db): Promise<number> {
  const head = await lockHead(tx);
  const staged = await oldestStaged(tx);
  if (staged.length === 0) return 0;

  const edge = await loadEdge(tx, head.size);
  if (!head.root.equals(rootOf(sha256, head.size, edge))) {
    throw new Error(
      `The record's tiles do not lead to the root of its ${head.size} facts: they were changed ` +
        'from outside. Nothing is added to a damaged record; restore the tiles from the mirror.',
    );
  }
  const hashes = staged.map(({ leaf }) => leafHash(sha256, leaf));
  const tiles = grow(sha256, head.size, edge, hashes);
  const grown = new Map(tiles.map((tile) => [`${tile.level}/${tile.n}`, tile.hashes]));
  const size = head.size + staged.length;
  const root = rootOf(sha256, size, (place) => {
    return grown.get(`${place.level}/${place.n}`) ?? edge(place);
  });
  await integrate(tx, { from: head.size, staged, hashes, tiles, size, root });
  return staged.length;
}

interface Staged {
  readonly sid: string;
  readonly leaf: Buffer;
  readonly staged_at: Date;
}

/** No `skip locked`: it could reorder the facts of one case. */
async function oldestStaged(tx: Db): Promise<readonly Staged[]> {
  const { rows } = await tx.query<Staged>(sql`
    select sid, leaf, staged_at from ledger.staged order by sid limit ${batchSize}
  `);
  return rows;
}

interface Batch {
  /** The index of the first new entry: the size before. */
  readonly from: number;
  readonly staged: readonly Staged[];
  readonly hashes: readonly Uint8Array[];
  readonly tiles: readonly Tile[];
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * The leaves themselves move within the database; only what was computed here is sent. Whoever shows what
 * changes is told that the record has grown: once for a batch, by the one who writes it.
 */
async function integrate(
  tx: Db,
  { from, staged, hashes, tiles, size, root }: Batch,
): Promise<void> {
  const terms = staged.map(({ leaf, staged_at }) => indexLeaf(leaf, staged_at));
  const { rows } = await tx.query<{ moved: number }>(sql`
    with batch as (
      select sid, ${from}::bigint + place - 1 as idx, leaf_hash,
             at, type, case_id, person_ref, system, actor_id, grade, words
        from unnest(
               ${staged.map((it) => it.sid)}::bigint[], ${hashes}::bytea[],
               ${terms.map((it) => it.at)}::timestamptz[], ${terms.map((it) => it.type)}::text[],
               ${terms.map((it) => it.caseId)}::text[], ${terms.map((it) => it.personRef)}::text[],
               ${terms.map((it) => it.system)}::text[], ${terms.map((it) => it.actorId)}::text[],
               ${terms.map((it) => it.grade)}::text[], ${terms.map((it) => it.words)}::text[]
             ) with ordinality as computed
               (sid, leaf_hash, at, type, case_id, person_ref, system, actor_id, grade, words, place)
    ), taken as (
      delete from ledger.staged
       using batch
       where staged.sid = batch.sid
      returning staged.*, batch.idx, batch.leaf_hash
    ), entries as (
      insert into ledger.entry (idx, sid, leaf, leaf_hash, row_key, case_id, case_seq, staged_by)
      select idx, sid, leaf, leaf_hash, row_key, case_id, case_seq, staged_by
        from taken
       order by idx
    ), terms as (
      insert into ledger.event_ix
             (idx, at, type, case_id, person_ref, system, actor_id, grade, body, words)
      select idx, batch.at, batch.type, batch.case_id, batch.person_ref, batch.system,
             batch.actor_id, batch.grade, convert_from(taken.leaf, 'UTF8')::jsonb,
             array_to_tsvector(string_to_array(batch.words, ' '))
        from taken
        join batch using (idx)
       order by idx
    ), tiles as (
      insert into ledger.tile (level, n, width, data)
      select level, n, octet_length(data) / 32, data
        from unnest(
               ${tiles.map((it) => it.level)}::smallint[], ${tiles.map((it) => it.n)}::bigint[],
               ${tiles.map((it) => it.hashes)}::bytea[]
             ) as grown (level, n, data)
          on conflict (level, n) do update set width = excluded.width, data = excluded.data
    ), head as (
      update ledger.head set size = ${size}, root = ${root}
    )
    select count(*)::integer as moved, pg_notify('gatehouse_record', '') from taken
  `);
  if (rows[0]?.moved !== staged.length) {
    throw new Error(`Of ${staged.length} staged facts only ${rows[0]?.moved} could be integrated.`);
  }
}
