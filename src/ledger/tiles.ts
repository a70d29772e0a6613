import { edgeOf, type Place, rootOf } from '#core/proof.ts';
import { type Db, sql } from '#store/sql.ts';
import { sha256 } from './hash.ts';

/** Gives the stored hashes of a tile. */
export type Edge = (place: Place) => Uint8Array;

/** Loads the partial tiles of a tree of this size. */
export const loadEdge = (db: Db, size: number): Promise<Edge> => loadTiles(db, edgeOf(size));

/** Loads tiles by their places. What it gives throws when one is missing or too short. */
export async function loadTiles(db: Db, wanted: readonly Place[]): Promise<Edge> {
  const places = [...new Map(wanted.map((it) => [`${it.level}/${it.n}`, it])).values()];
  const { rows } = await db.query<{ level: number; n: string; data: Buffer }>(sql`
    select level, n, data
      from ledger.tile
      join unnest(${places.map((it) => it.level)}::smallint[],
                  ${places.map((it) => it.n)}::bigint[]) as wanted (level, n) using (level, n)
  `);
  const tiles = new Map(rows.map(({ level, n, data }) => [`${level}/${n}`, data]));
  return ({ level, n, width }) => {
    const tile = tiles.get(`${level}/${n}`);
    if (tile && tile.length >= 32 * width) return tile;
    throw new Error(`The record's tile ${level}/${n} is missing or has lost hashes.`);
  };
}

/** The root of the tree at its present size or any earlier one, computed from the stored tiles. */
export async function rootAt(db: Db, size: number): Promise<Buffer> {
  return Buffer.from(rootOf(sha256, size, await loadEdge(db, size)));
}
