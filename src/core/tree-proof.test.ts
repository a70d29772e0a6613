import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { inclusionIn } from './inclusion.ts';
import { base64, NoteProblem } from './note.ts';
import { grow, leafHash, type Place, rootOf, type Sha256, type Tile } from './proof.ts';
import {
  consistencyRanges,
  hashOf,
  inclusionRanges,
  provesConsistency,
  type Range,
} from './tree-proof.ts';

const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leaves = Array.from({ length: 70_000 }, (_, i) => leafHash(sha256, Buffer.from(`leaf ${i}`)));

function treeOf(size: number) {
  const tiles: readonly Tile[] = grow(sha256, 0, () => new Uint8Array(), leaves.slice(0, size));
  const byPlace = new Map(tiles.map((tile) => [`${tile.level}/${tile.n}`, tile.hashes]));
  const at = ({ level, n }: Place) => byPlace.get(`${level}/${n}`)!;
  return {
    size,
    root: rootOf(sha256, size, at),
    hashes: (ranges: readonly Range[]) => ranges.map((range) => hashOf(sha256, range, at)),
  };
}

/** RFC 9162, 2.1.3.1 and 2.1.4.1, as they are written and not as we compute them. */
const mth = (start: number, end: number): Uint8Array => {
  if (end - start === 1) return leaves[start]!;
  const k = 2 ** Math.ceil(Math.log2((end - start) / 2));
  return sha256(Uint8Array.of(1), mth(start, start + k), mth(start + k, end));
};
const path = (m: number, start: number, end: number): Uint8Array[] => {
  if (end - start === 1) return [];
  const k = 2 ** Math.ceil(Math.log2((end - start) / 2));
  return m < k
    ? [...path(m, start, start + k), mth(start + k, end)]
    : [...path(m - k, start + k, end), mth(start, start + k)];
};
const subproof = (m: number, start: number, end: number, whole: boolean): Uint8Array[] => {
  if (m === end - start) return whole ? [] : [mth(start, end)];
  const k = 2 ** Math.ceil(Math.log2((end - start) / 2));
  return m <= k
    ? [...subproof(m, start, start + k, whole), mth(start + k, end)]
    : [...subproof(m - k, start + k, end, false), mth(start, start + k)];
};
const hex = (hashes: readonly Uint8Array[]) => hashes.map((it) => Buffer.from(it).toString('hex'));

interface Leaf {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
}
const lines = (proof: readonly Uint8Array[]) => proof.map(base64).join('\n');
const provesInclusion = (leaf: Leaf, proof: readonly Uint8Array[]) =>
  inclusionIn(leaf, sha256)(leaf, lines(proof));

describe('proofs about the tree', () => {
  it('are those of the RFC for every leaf and every earlier size of every tree below 70', () => {
    for (let size = 1; size < 70; size += 1) {
      const { root, hashes } = treeOf(size);
      for (let index = 0; index < size; index += 1) {
        const proof = hashes(inclusionRanges(index, size));
        assert.deepEqual(hex(proof), hex(path(index, 0, size)));
        const leaf = { index, size, leafHash: leaves[index]!, root };
        assert.ok(provesInclusion(leaf, proof), `${index} in ${size}`);
      }
      for (let earlier = 0; earlier <= size; earlier += 1) {
        const proof = hashes(consistencyRanges(earlier, size));
        if (earlier > 0) assert.deepEqual(hex(proof), hex(subproof(earlier, 0, size, true)));
        assert.ok(provesConsistency(sha256, treeOf(earlier), { size, root }, proof));
      }
    }
  });

  it('hold in trees of several levels of tiles', () => {
    for (const size of [256, 257, 65_536, 65_537, 70_000]) {
      const { root, hashes } = treeOf(size);
      for (const index of [0, 255, 256, size - 1].filter((it) => it < size)) {
        const proof = hashes(inclusionRanges(index, size));
        const leaf = { index, size, leafHash: leaves[index]!, root };
        assert.ok(provesInclusion(leaf, proof), `${index} in ${size}`);
      }
      for (const earlier of [1, 255, 256, 300].filter((it) => it <= size)) {
        const proof = hashes(consistencyRanges(earlier, size));
        assert.ok(provesConsistency(sha256, treeOf(earlier), { size, root }, proof));
      }
    }
  });

  it('fail with any other leaf, index, size, root or hash, and with one hash more or less', () => {
    const { size, root, hashes } = treeOf(23);
    const proof = hashes(inclusionRanges(11, size));
    const leaf = { index: 11, size, leafHash: leaves[11]!, root };
    const holds = (it: Partial<typeof leaf>, by = proof) => provesInclusion({ ...leaf, ...it }, by);
    assert.ok(holds({}));
    assert.ok(!holds({ leafHash: leaves[12]! }));
    assert.ok(!holds({ index: 10 }));
    assert.ok(!holds({ index: size }));
    assert.ok(!holds({ index: -1 }));
    assert.ok(!holds({ root: leaves[0]! }));
    assert.ok(!holds({}, proof.slice(1)));
    assert.ok(!holds({}, [...proof, leaves[0]!]));
    for (let i = 0; i < proof.length; i += 1) assert.ok(!holds({}, proof.with(i, leaves[0]!)));

    assert.throws(() => inclusionIn(leaf, sha256)(leaf, `${lines(proof)}=`), NoteProblem);
    assert.throws(() => inclusionIn(leaf, sha256)(leaf, `${lines(proof)}\n`.slice(1)), NoteProblem);

    const old = treeOf(10);
    const grown = hashes(consistencyRanges(10, size));
    assert.ok(provesConsistency(sha256, old, { size, root }, grown));
    assert.ok(!provesConsistency(sha256, { size: 10, root: leaves[0]! }, { size, root }, grown));
    assert.ok(!provesConsistency(sha256, old, { size, root: leaves[0]! }, grown));
    assert.ok(!provesConsistency(sha256, { size, root }, old, grown));
    assert.ok(!provesConsistency(sha256, old, { size, root }, grown.slice(1)));
    for (let i = 0; i < grown.length; i += 1) {
      assert.ok(!provesConsistency(sha256, old, { size, root }, grown.with(i, leaves[0]!)));
    }
  });

  it('are checked many at once as one by one, and most nodes are hashed once', () => {
    for (const size of [1, 2, 7, 8, 23, 64, 69]) {
      const { root, hashes } = treeOf(size);
      const others = [leaves[0]!, leaves[size]!, root];
      const leadsToRoot = inclusionIn({ size, root }, sha256);
      for (const round of ['unseen', 'seen']) {
        for (let index = 0; index < size; index += 1) {
          const leaf = { index, size, leafHash: leaves[index]!, root };
          const proof = hashes(inclusionRanges(index, size));
          const all = (it: Leaf, by: readonly Uint8Array[]) => {
            const holds = provesInclusion(it, by);
            assert.equal(leadsToRoot(it, lines(by)), holds, `${round}: ${it.index} in ${size}`);
            return holds;
          };
          assert.ok(all(leaf, proof));
          for (const other of others) {
            for (let i = 0; i < proof.length; i += 1) all(leaf, proof.with(i, other));
            all({ ...leaf, leafHash: other }, proof);
            all(leaf, [...proof, other]);
            all(leaf, [other, ...proof]);
          }
          all(leaf, proof.slice(0, -1));
          all(leaf, proof.slice(1));
          for (const step of [-1, 1, 2, size]) all({ ...leaf, index: index + step }, proof);
        }
      }
    }

    let hashed = 0;
    const counted: Sha256 = (...parts) => {
      hashed += 1;
      return sha256(...parts);
    };
    const { size, root, hashes } = treeOf(1_000);
    const leadsToRoot = inclusionIn({ size, root }, counted);
    for (let index = 0; index < size; index += 1) {
      const proof = lines(hashes(inclusionRanges(index, size)));
      assert.ok(leadsToRoot({ index, leafHash: leaves[index]! }, proof));
    }
    assert.ok(hashed < 2.1 * size, `${hashed} hashes`);
  });
});
