import { type Place, perfectRoot, type Sha256 } from './proof.ts';

/**
 * Proofs about a Merkle tree: that a leaf is in it, and that a larger tree has grown from a smaller
 * one (RFC 9162, 2.1.3 and 2.1.4). Made from tiles, checked from nothing but hashes.
 */

/** Leaves from `start` up to, and without, `end`; both count from 0. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const hashBytes = 32;
const tileBits = 8;
const nodePrefix = Uint8Array.of(1);

/** The hash of the node above two (RFC 6962). */
export const node = (sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(nodePrefix, left, right);

/** The largest power of two below a size of at least 2: where RFC 6962 splits a tree. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The subtrees whose hashes prove that a leaf is in a tree of this size, from the leaf upwards. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  const ranges: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** The subtrees whose hashes prove that the tree of `size` has grown from that of `earlier` leaves. */
export function consistencyRanges(earlier: number, size: number): readonly Range[] {
  if (earlier === 0 || earlier === size) return [];
  const ranges: Range[] = [];
  let [start, end] = [0, size];
  while (end !== earlier) {
    const middle = start + splitOf(end - start);
    if (earlier <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // The old tree itself is known to whoever asks, where it is one whole subtree from the left.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** A perfect subtree as its tile holds it: `count` hashes from `offset` on, folded. */
interface Perfect extends Place {
  readonly offset: number;
  readonly count: number;
}

/** The perfect subtrees of a range of RFC 6962, from the left. */
function perfectIn({ start, end }: Range): readonly Perfect[] {
  const parts: Perfect[] = [];
  for (let at = start; at < end; ) {
    let leaves = 1;
    while (at % (leaves * 2) === 0 && at + leaves * 2 <= end) leaves *= 2;
    const level = Math.floor(Math.log2(leaves) / tileBits);
    const span = 2 ** (tileBits * level);
    const count = leaves / span;
    const place = at / span;
    const offset = place % 256;
    const n = (place - offset) / 256;
    parts.push({ level, n, width: offset + count, offset, count });
    at += leaves;
  }
  return parts;
}

/** The tiles that the hashes of these ranges stand in. */
export const tilesOf = (ranges: readonly Range[]): readonly Place[] => ranges.flatMap(perfectIn);

/** The hash over a range of leaves, as RFC 6962 defines it, from the tiles they stand in. */
export function hashOf(
  sha256: Sha256,
  range: Range,
  hashesAt: (place: Place) => Uint8Array,
): Uint8Array {
  const parts = perfectIn(range).map((it) => {
    const hashes = hashesAt(it);
    const own = Array.from({ length: it.count }, (_, i) => {
      const from = (it.offset + i) * hashBytes;
      return hashes.subarray(from, from + hashBytes);
    });
    return perfectRoot(sha256, own);
  });
  return parts.reduceRight((right, left) => node(sha256, left, right));
}

export interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether `proof` shows that the later tree has grown from the earlier one (RFC 9162, 2.1.4.2). */
export function provesConsistency(
  sha256: Sha256,
  earlier: Tree,
  later: Tree,
  proof: readonly Uint8Array[],
): boolean {
  if (earlier.size > later.size) return false;
  if (earlier.size === later.size)
    return proof.length === 0 && equalBytes(earlier.root, later.root);
  if (earlier.size === 0) return proof.length === 0;
  const isPower = Number.isInteger(Math.log2(earlier.size));
  const [first, ...rest] = isPower ? [earlier.root, ...proof] : proof;
  if (!first) return false;
  let [fn, sn] = [earlier.size - 1, later.size - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  let [old, now] = [first, first];
  for (const step of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [old, now] = [node(sha256, step, old), node(sha256, step, now)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      now = node(sha256, now, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && equalBytes(old, earlier.root) && equalBytes(now, later.root);
}

export const half = (it: number): number => Math.floor(it / 2);

/** Not by `every`, whose call for each byte takes longer than all hashes of a large pack. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
