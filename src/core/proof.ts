/**
 * The arithmetic of the record's Merkle tree (RFC 6962) and of its tiles (C2SP tlog-tiles).
 * The hash function is handed in, so that every floor and the browser can use it.
 */

/** SHA-256 over the parts, one after the other. */
export type Sha256 = (...parts: readonly Uint8Array[]) => Uint8Array;

/** A row of hashes of one level: subtrees over 256^level leaves each, from number 256 · n on. */
export interface Tile {
  readonly level: number;
  readonly n: number;
  /** 1 to 256 hashes of 32 bytes, one after the other. Tiles only grow. */
  readonly hashes: Uint8Array;
}

/** Where the right edge of a tree lies: the tiles that are neither full nor empty. */
export interface Place {
  readonly level: number;
  readonly n: number;
  /** How many of the tile's hashes belong to the tree. */
  readonly width: number;
}

const tileWidth = 256;
const hashBytes = 32;
const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export const leafHash = (sha256: Sha256, leaf: Uint8Array): Uint8Array => sha256(leafPrefix, leaf);

const nodeHash = (sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(nodePrefix, left, right);

/** The partial tiles of a tree of this size, lowest level first; at most one for each level. */
export function edgeOf(size: number): readonly Place[] {
  const places: Place[] = [];
  for (let level = 0, left = size; left > 0; level += 1, left = Math.floor(left / tileWidth)) {
    const width = left % tileWidth;
    if (width > 0) places.push({ level, n: Math.floor(left / tileWidth), width });
  }
  return places;
}

/**
 * The root of a tree of this size. `hashesAt` gives a tile of its edge, or more of that
 * tile than the size needs: so the same tiles give the root of every earlier size.
 */
export function rootOf(
  sha256: Sha256,
  size: number,
  hashesAt: (place: Place) => Uint8Array,
): Uint8Array {
  let root: Uint8Array | null = null;
  for (const place of edgeOf(size)) {
    const hashes = hashesAt(place);
    // The set bits of the width, smallest first, are the perfect subtrees from the right.
    for (let end = place.width, width = 1; end > 0; width *= 2) {
      if ((end & width) === 0) continue;
      const subtree = perfectRoot(sha256, split(hashes.subarray(0, end * hashBytes)).slice(-width));
      root = root ? nodeHash(sha256, subtree, root) : subtree;
      end -= width;
    }
  }
  return root ?? sha256();
}

/**
 * Appends leaf hashes to a tree of `size` and returns every tile that is new or longer,
 * lowest level first. `hashesAt` gives the tiles of the edge as they stand.
 */
export function grow(
  sha256: Sha256,
  size: number,
  hashesAt: (place: Place) => Uint8Array,
  leafHashes: readonly Uint8Array[],
): readonly Tile[] {
  const tiles: Tile[] = [];
  let count = size;
  let added = leafHashes;
  for (let level = 0; added.length > 0; level += 1) {
    const width = count % tileWidth;
    const first = Math.floor(count / tileWidth);
    const kept = width > 0 ? split(hashesAt({ level, n: first, width })).slice(0, width) : [];
    const row = [...kept, ...added];
    const full: Uint8Array[] = [];
    for (let start = 0; start < row.length; start += tileWidth) {
      const hashes = row.slice(start, start + tileWidth);
      tiles.push({ level, n: first + start / tileWidth, hashes: join(hashes) });
      if (hashes.length === tileWidth) full.push(perfectRoot(sha256, hashes));
    }
    count = first;
    added = full;
  }
  return tiles;
}

/** The root over a power of two of hashes. */
export function perfectRoot(sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) above.push(nodeHash(sha256, row[i]!, row[i + 1]!));
    row = above;
  }
  return row[0]!;
}

function split(hashes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < hashes.length; at += hashBytes) {
    parts.push(hashes.subarray(at, at + hashBytes));
  }
  return parts;
}

function join(hashes: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(hashes.length * hashBytes);
  for (const [i, hash] of hashes.entries()) joined.set(hash, i * hashBytes);
  return joined;
}
