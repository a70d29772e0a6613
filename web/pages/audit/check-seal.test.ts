import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Seal } from '#api/contract/seal.ts';
import { base64, checkpointBody, keyIdOf, type NoteKey, noteText, vkeyOf } from '#core/note.ts';
import { grow, leafHash, type Place, rootOf } from '#core/proof.ts';
import { sha256, verify } from '../../verify/cryptography.ts';
import { checkSeal, type Remembered, type SealSource } from './check-seal.ts';

const origin = 'log.example/01';
const pair = generateKeyPairSync('ed25519');
const raw = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
const key: NoteKey = { name: origin, type: 'ed25519', publicKey: new Uint8Array(raw) };
const leafOf = (index: number) => `{"fact":${index}}`;
const bytesOf = (text: string) => new TextEncoder().encode(text);

const rootOver = (hashes: readonly Uint8Array[]): Uint8Array => {
  const tiles = new Map(
    grow(sha256, 0, () => new Uint8Array(), hashes).map((it) => [`${it.level}/${it.n}`, it.hashes]),
  );
  return rootOf(sha256, hashes.length, ({ level, n }: Place) => tiles.get(`${level}/${n}`)!);
};

/** A record of so many facts that was signed at each of these sizes, and what a server makes of it. */
function recordOf(
  size: number,
  signedAt: readonly number[],
  change: Partial<{ leaf: number; hash: number; gone: number; isPart: boolean }> = {},
) {
  const hashes = Array.from({ length: size }, (_, i) => leafHash(sha256, bytesOf(leafOf(i))));
  const sealAt = (at: number): Seal => {
    const signed = signedAt.filter((it) => it <= at).at(-1);
    const trust: Seal['trust'] = {
      v: 1,
      logs: [{ origin, keys: [{ vkey: vkeyOf(sha256, key), from_size: 0, to_size: null }] }],
      quorum: 'none',
    };
    const facts = { recorded: size, prunedBelow: 0, trust };
    if (signed === undefined) return { ...facts, checkpoint: null, size: 0, signedAt: null };
    const body = checkpointBody({ origin, size: signed, root: rootOver(hashes.slice(0, signed)) });
    const bytes = new Uint8Array(sign(null, bytesOf(body), pair.privateKey));
    const signatures = [{ name: origin, keyId: keyIdOf(sha256, key), bytes }];
    const at2 = '2026-11-23T09:30:00.000Z';
    return { ...facts, checkpoint: noteText({ body, signatures }), size: signed, signedAt: at2 };
  };
  const shown = hashes.map((hash, i) =>
    i === change.hash ? leafHash(sha256, bytesOf('another')) : hash,
  );
  const source: SealSource = {
    seal: async (at) => sealAt(at ?? size),
    hashes: async (from, to) => Uint8Array.from(shown.slice(from, to).flatMap((it) => [...it])),
    leaves: async (from, to) => ({
      isPart: change.isPart ?? false,
      items: Array.from({ length: to - from }, (_, i) => from + i)
        .filter((index) => index !== change.gone && !(change.isPart && index === change.hash))
        .map((index) => ({ index, leaf: index === change.leaf ? 'another' : leafOf(index) })),
    }),
  };
  return { source, root: (at: number) => base64(rootOver(hashes.slice(0, at))) };
}

const parts = (remembered: Remembered | null = null) => ({
  ...{ sha256, verify, mostLeaves: 100_000, progress() {}, pause: async () => {} },
  remembered: () => remembered,
});

describe('the seal, checked where it is read', () => {
  it('holds for a record of several tiles, by the key that signed it', async () => {
    const { source } = recordOf(700, [256, 690]);
    const parts_: number[] = [];
    const found = await checkSeal(source, { ...parts(), progress: (it) => parts_.push(it) });

    assert.ok(found.kind === 'holds');
    assert.equal(found.checkpoint.size, 690);
    assert.equal(found.entries, 690);
    assert.deepEqual(found.keys, [vkeyOf(sha256, key)]);
    assert.equal(parts_.at(-1), 1);
  });

  it('names the first entry that is not what was signed', async () => {
    const found = await checkSeal(recordOf(600, [600], { leaf: 417 }).source, parts());
    assert.ok(found.kind === 'broken');
    assert.deepEqual([found.what, found.from], ['entry', 417]);
  });

  it('names the first entry that is missing, but for those whose readers may not see all', async () => {
    const found = await checkSeal(recordOf(600, [600], { gone: 33 }).source, parts());
    assert.ok(found.kind === 'broken');
    assert.deepEqual([found.what, found.from], ['missing', 33]);
    const part = await checkSeal(recordOf(600, [600], { gone: 33, isPart: true }).source, parts());
    assert.equal(part.kind, 'holds');
  });

  it('finds by the states that were signed on the way where a tree begins to be another', async () => {
    const signed = [100, 200, 300, 400, 600];
    const { source } = recordOf(600, signed, { hash: 310, isPart: true });
    const found = await checkSeal(source, parts());
    assert.ok(found.kind === 'broken');
    assert.deepEqual([found.what, found.from, found.to], ['tree', 300, 399]);
  });

  it('does not believe a state that no known key has signed', async () => {
    const { source } = recordOf(10, [10]);
    const forged: SealSource = {
      ...source,
      async seal() {
        const seal = await source.seal();
        return { ...seal, checkpoint: seal.checkpoint!.replace('\n10\n', '\n11\n') };
      },
    };
    const found = await checkSeal(forged, parts());
    assert.ok(found.kind === 'broken' && found.what === 'signature');
    const nobody: SealSource = {
      ...source,
      async seal() {
        return { ...(await source.seal()), checkpoint: 'nothing' };
      },
    };
    assert.ok((await checkSeal(nobody, parts())).kind === 'broken');
  });

  it('holds it against what this browser saw before', async () => {
    const { source, root } = recordOf(300, [300]);
    const before = { size: 120, root: root(120), at: '2026-11-01T00:00:00.000Z' };
    const grown = await checkSeal(source, parts(before));
    assert.ok(grown.kind === 'holds' && grown.grownFrom === before);
    for (const other of [
      { ...before, root: root(119) },
      { ...before, size: 301 },
    ]) {
      const found = await checkSeal(source, parts(other));
      assert.ok(found.kind === 'broken' && found.what === 'rewritten');
    }
  });

  it('says that nothing was signed yet', async () => {
    assert.deepEqual(await checkSeal(recordOf(3, []).source, parts()), { kind: 'empty' });
  });
});
