import { consistencyRanges, hashOf, tilesOf } from '#core/tree-proof.ts';
import type { Db } from '#store/sql.ts';
import { sha256 } from './hash.ts';
import { loadTiles } from './tiles.ts';

/** The hashes that prove that the tree of `size` has grown from that of `earlier` facts. */
export async function consistencyProof(
  db: Db,
  earlier: number,
  size: number,
): Promise<readonly Uint8Array[]> {
  const ranges = consistencyRanges(earlier, size);
  const hashesAt = await loadTiles(db, tilesOf(ranges));
  return ranges.map((range) => hashOf(sha256, range, hashesAt));
}
