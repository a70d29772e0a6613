import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { edgeOf, grow, leafHash, type Place, rootOf, type Sha256 } from './proof.ts';

const sha256: Sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962, 2.1, word for word: split at the largest power of two below the size. */
function naiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0]!;
  let half = 1;
  while (half * 2 < hashes.length) half *= 2;
  return sha256(Uint8Array.of(1), naiveRoot(hashes.slice(0, half)), naiveRoot(hashes.slice(half)));
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const leaves = (count: number) =>
  Array.from({ length: count }, (_, i) => leafHash(sha256, Buffer.from(`leaf ${i}`)));

/** Tiles as a database keeps them. */
function forest() {
  const tiles = new Map<string, Uint8Array>();
  const hashesAt = ({ level, n }: Place) => tiles.get(`${level}/${n}`)!;
  let size = 0;
  return {
    tiles,
    add(hashes: readonly Uint8Array[]) {
      for (const { level, n, hashes: row } of grow(sha256, size, hashesAt, hashes)) {
        tiles.set(`${level}/${n}`, row);
      }
      size += hashes.length;
    },
    rootAt: (at: number) => rootOf(sha256, at, hashesAt),
  };
}

describe('the tree', () => {
  it('has the naive root at every size below 70, grown leaf by leaf', () => {
    const all = leaves(70);
    const tree = forest();
    for (const [size, leaf] of all.entries()) {
      assert.equal(hex(tree.rootAt(size)), hex(naiveRoot(all.slice(0, size))), `size ${size}`);
      tree.add([leaf]);
    }
  });

  it('has the naive root at every size below 70, grown from every size in one batch', () => {
    const all = leaves(70);
    for (let from = 0; from < 70; from += 1) {
      for (let to = from; to < 70; to += 1) {
        const tree = forest();
        tree.add(all.slice(0, from));
        tree.add(all.slice(from, to));
        assert.equal(hex(tree.rootAt(to)), hex(naiveRoot(all.slice(0, to))), `${from} to ${to}`);
      }
    }
  });

  it('gives the root of every earlier size from its present tiles', () => {
    const all = leaves(1_300);
    const tree = forest();
    tree.add(all);
    for (const size of [0, 1, 69, 255, 256, 257, 511, 512, 513, 1_023, 1_299, 1_300]) {
      assert.equal(hex(tree.rootAt(size)), hex(naiveRoot(all.slice(0, size))), `size ${size}`);
    }
  });

  it('grows over tiles of three levels', () => {
    const all = leaves(65_536 + 256 + 3);
    const tree = forest();
    for (let at = 0; at < all.length; at += 2_048) tree.add(all.slice(at, at + 2_048));

    assert.deepEqual(edgeOf(all.length), [
      { level: 0, n: 257, width: 3 },
      { level: 1, n: 1, width: 1 },
      { level: 2, n: 0, width: 1 },
    ]);
    assert.equal(hex(tree.rootAt(all.length)), hex(naiveRoot(all)));
    assert.equal(tree.tiles.get('0/256')!.length, 8_192);
  });

  it('is the hash of nothing when empty', () => {
    assert.equal(
      hex(forest().rootAt(0)),
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });
});
