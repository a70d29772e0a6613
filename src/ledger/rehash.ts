import { grow, leafHash, type Place, rootOf } from '#core/proof.ts';
import { type Db, type Pool, sql } from '#store/sql.ts';
import { ForkFound, newestCheckpoint } from './fork-guard.ts';
import { base64url, sha256 } from './hash.ts';
import { headOf } from './head.ts';
import { claimedPruning } from './pruned.ts';
import { aboutNobody, record } from './record.ts';
import { loadTiles } from './tiles.ts';

/** How the whole record came out when it was hashed again. */
export interface Rehashed {
  readonly size: number;
  readonly root: Buffer;
  /** How long it took. */
  readonly ms: number;
}

const batchSize = 4_096;

/**
 * Hashes every fact of the record again, up to its newest checkpoint, and holds the root against the one
 * that was signed: whoever changes a fact past all triggers is found here. Of facts that were pruned the hashes are
 * left, and the record has to say that they were. Null: nothing was signed yet.
 *
 * Throws `ForkFound` that names the first fact which is another.
 */
export async function rehash(db: Db): Promise<Rehashed | null> {
  const startedAt = performance.now();
  const signed = await newestCheckpoint(db, (await headOf(db)).origin);
  if (!signed) return null;

  // Only the right edge of the tree is kept, so memory does not grow with the record.
  const edge = new Map<number, { readonly n: number; readonly hashes: Uint8Array }>();
  const hashesAt = ({ level, n }: Place) => {
    const tile = edge.get(level);
    if (tile?.n === n) return tile.hashes;
    throw new Error(`Hashing again lost the tile ${level}/${n}.`);
  };
  for (let size = 0; size < signed.size; ) {
    const end = Math.min(size + batchSize, signed.size);
    const hashes = await leafHashes(db, size, end);
    for (const { level, n, hashes: row } of grow(sha256, size, hashesAt, hashes)) {
      edge.set(level, { n, hashes: row });
    }
    size = end;
  }
  const root = Buffer.from(rootOf(sha256, signed.size, hashesAt));
  if (!root.equals(signed.root)) {
    throw new ForkFound(
      `The ${signed.size} facts of the record do not lead to the root that was signed, though each has its ` +
        'hash: facts and hashes were changed together.',
    );
  }
  return { size: signed.size, root, ms: Math.round(performance.now() - startedAt) };
}

/** The hashes of the facts from `start` up to, and without, `end`, computed from their bytes where these are there. */
async function leafHashes(db: Db, start: number, end: number): Promise<readonly Buffer[]> {
  // In one statement, since facts may be pruned while this goes on.
  const { rows } = await db.query<Row & { minIndex: number }>(sql`
    select idx::float8 as idx, leaf, leaf_hash as stored, min_index::float8 as "minIndex"
      from ledger.head
      left join ledger.entry
        on ledger.entry.idx >= ${start}
       and ledger.entry.idx < ${end}
     order by ledger.entry.idx
  `);
  const minIndex = rows[0]?.minIndex ?? 0;
  const there = new Map(rows.map((row) => [row.idx, row]));
  const kept = await keptHashes(db, start, Math.min(end, minIndex));
  return Array.from({ length: end - start }, (_, i) => {
    const idx = start + i;
    const row = there.get(idx);
    const hash = row ? Buffer.from(leafHash(sha256, row.leaf)) : kept[i];
    if (!hash) throw new ForkFound(`The fact ${idx} of the record is gone.`);
    if (row && !hash.equals(row.stored)) {
      throw new ForkFound(`The fact ${idx} of the record is not the one that was written.`);
    }
    return hash;
  });
}

interface Row {
  readonly idx: number;
  readonly leaf: Buffer;
  readonly stored: Buffer;
}

const tileWidth = 256;

/** The hashes of facts that may have been pruned, from the tiles. Nothing where `end` is not behind `start`. */
async function keptHashes(db: Db, start: number, end: number): Promise<readonly Buffer[]> {
  if (end <= start) return [];
  if ((await claimedPruning(db)) < end) {
    throw new ForkFound(
      `The facts below ${end} are marked as pruned, and the record does not say that they were.`,
    );
  }
  const places = Array.from({ length: (end - start) / tileWidth }, (_, i) => ({
    level: 0,
    n: start / tileWidth + i,
    width: tileWidth,
  }));
  const hashesAt = await loadTiles(db, places);
  return places.flatMap((place) => {
    const tile = Buffer.from(hashesAt(place));
    return Array.from({ length: tileWidth }, (_, i) => tile.subarray(32 * i, 32 * (i + 1)));
  });
}

/** States that the whole record was hashed again, and how it came out. */
export async function stateRehashed(tx: Db, { size, root, ms }: Rehashed): Promise<void> {
  await record(tx, aboutNobody, [
    {
      type: 'log.verified',
      actor: { kind: 'system', id: 'scribe', auth: 'none' },
      data: { size, root: base64url(root), ms },
    },
  ]);
}

/** Whether the record was hashed again within this time. */
export async function isRehashed(db: Pool, withinMs: number): Promise<boolean> {
  const { rows } = await db.query<{ recent: boolean | null }>(sql`
    select at > clock_timestamp() - ${withinMs} * interval '1 millisecond' as recent
      from ledger.event_ix
     where type = 'log.verified'
     order by idx desc
     limit 1
  `);
  return rows[0]?.recent === true;
}
