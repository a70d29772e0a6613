import type { Leaves, Seal } from '#api/contract/seal.ts';
import { isSignedBy, keysFor, signersBy } from '#core/cosigned.ts';
import {
  base64,
  type Checkpoint,
  NoteProblem,
  readCheckpoint,
  readNote,
  type Verify,
} from '#core/note.ts';
import { leafHash, type Place, perfectRoot, rootOf, type Sha256 } from '#core/proof.ts';
import { equalBytes } from '#core/tree-proof.ts';

// Checks the seal of the record where it is read: the server hands out hashes, facts and signatures, and is believed
// in nothing.

/** Where the parts of the record come from. */
export interface SealSource {
  /** The newest signed state; with a size, the newest up to it. */
  seal(size?: number): Promise<Seal>;
  /** 32 bytes for each fact. */
  hashes(from: number, to: number): Promise<Uint8Array>;
  leaves(from: number, to: number): Promise<Leaves>;
}

/** A state that this browser found good, to hold later ones against. */
export interface Remembered {
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** When it was found good; ISO 8601. */
  readonly at: string;
}

/** How far a check is: a part of 1. */
export type Progress = (part: number) => void;

export interface SealParts {
  readonly sha256: Sha256;
  readonly verify: Verify;
  /** What this browser found good before, of the log with this name; null: nothing. */
  remembered(origin: string): Remembered | null;
  readonly progress: Progress;
  /** Lets the page breathe. */
  readonly pause: () => Promise<void>;
  /** Facts above this many are not read one by one. */
  readonly mostLeaves: number;
}

/** What does not hold. */
export type Break =
  | 'unreadable'
  | 'signature'
  | 'witnesses'
  | 'tree'
  | 'entry'
  | 'missing'
  | 'rewritten';

export type SealVerdict =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'holds';
      readonly checkpoint: Checkpoint;
      readonly seal: Seal;
      /** To be compared with those that were received another way. */
      readonly keys: readonly string[];
      readonly witnesses: readonly string[];
      /** How many facts were read and lie where the tree has them. */
      readonly entries: number;
      /** The tree has grown from that one. */
      readonly grownFrom: Remembered | null;
    }
  | {
      readonly kind: 'broken';
      readonly what: Break;
      /** The first bad entry lies from here on; null: that is not known. */
      readonly from: number | null;
      /** And up to here, both included. */
      readonly to: number | null;
      readonly seal: Seal;
    };

const hashesAtOnce = 65_536;
const leavesAtOnce = 2_000;
const tileWidth = 256;
const hashBytes = 32;

/** Checks signature, tree and facts, in this order; a broken tree is still searched for the entry that was changed. */
export async function checkSeal(source: SealSource, parts: SealParts): Promise<SealVerdict> {
  const seal = await source.seal();
  if (seal.checkpoint === null) return { kind: 'empty' };
  const broken = (what: Break, from: number | null = null, to = from): SealVerdict => ({
    ...{ kind: 'broken', what, from, to, seal },
  });
  const signed = await signatureIn(seal, parts);
  if (typeof signed === 'string') return broken(signed);
  const { checkpoint } = signed;

  const tree = await treeOf(source, checkpoint.size, parts);
  const changed = await firstChanged(source, tree, seal, parts);
  if (changed.at !== null) return broken(changed.what, changed.at);
  if (!equalBytes(tree.rootAt(checkpoint.size), checkpoint.root)) {
    const [from, to] = await firstWrong(source, tree, checkpoint.size, parts);
    return broken('tree', from, to);
  }
  const before = parts.remembered(checkpoint.origin);
  if (before && !isGrownFrom(tree, checkpoint, before))
    return broken('rewritten', 0, before.size - 1);
  parts.progress(1);
  return {
    ...{ kind: 'holds', checkpoint, seal, keys: signed.keys, witnesses: signed.witnesses },
    ...{ entries: changed.read, grownFrom: before },
  };
}

/** The checkpoint, once the log and enough witnesses have signed it; or what is wrong with it. */
async function signatureIn({ checkpoint: note, trust }: Seal, { sha256, verify }: SealParts) {
  try {
    const read = readNote(note ?? '');
    const checkpoint = readCheckpoint(read.body);
    const keys = keysFor(trust, checkpoint);
    const found = await signersBy(read, keys, trust, { sha256, verify });
    if (!isSignedBy(checkpoint.origin, found.signed)) return 'signature';
    if (found.witnesses.length < found.needed) return 'witnesses';
    return { checkpoint, keys, witnesses: found.witnesses };
  } catch (error) {
    if (error instanceof NoteProblem) return 'signature';
    throw error;
  }
}

interface Tree {
  readonly hashAt: (index: number) => Uint8Array;
  readonly rootAt: (size: number) => Uint8Array;
}

/** Every hash of the tree, with what is above them computed here. */
async function treeOf(source: SealSource, size: number, parts: SealParts): Promise<Tree> {
  const { sha256, progress, pause } = parts;
  const leaves = new Uint8Array(size * hashBytes);
  for (let from = 0; from < size; from += hashesAtOnce) {
    const to = Math.min(size, from + hashesAtOnce);
    const part = await source.hashes(from, to);
    if (part.length !== (to - from) * hashBytes) throw new Error('The server gave too few hashes.');
    leaves.set(part, from * hashBytes);
    progress((0.3 * to) / size);
  }
  const levels = [leaves];
  for (let row = leaves; row.length >= tileWidth * hashBytes; ) {
    const tiles = Math.floor(row.length / (tileWidth * hashBytes));
    const above = new Uint8Array(tiles * hashBytes);
    for (let n = 0; n < tiles; n += 1) {
      above.set(perfectRoot(sha256, tileOf(row, { n, width: tileWidth })), n * hashBytes);
      if (n % 32 === 31) {
        await pause();
        if (levels.length === 1) progress(0.3 + (0.3 * n) / tiles);
      }
    }
    levels.push(above);
    row = above;
  }
  return {
    hashAt: (index) => leaves.subarray(index * hashBytes, (index + 1) * hashBytes),
    rootAt: (wanted) =>
      rootOf(sha256, wanted, ({ level, n, width }) => bytesOf(levels[level]!, { n, width })),
  };
}

const bytesOf = (row: Uint8Array, { n, width }: Omit<Place, 'level'>): Uint8Array =>
  row.subarray(n * tileWidth * hashBytes, (n * tileWidth + width) * hashBytes);

const tileOf = (row: Uint8Array, place: Omit<Place, 'level'>): readonly Uint8Array[] => {
  const bytes = bytesOf(row, place);
  return Array.from({ length: place.width }, (_, i) =>
    bytes.subarray(i * hashBytes, (i + 1) * hashBytes),
  );
};

type Changed =
  | { readonly at: null; readonly read: number }
  | { readonly at: number; readonly what: 'entry' | 'missing' };

/** Reads the facts, the oldest first, until one is not what the tree has in its place. */
async function firstChanged(
  source: SealSource,
  tree: Tree,
  { size, prunedBelow }: Seal,
  { sha256, progress, pause, mostLeaves }: SealParts,
): Promise<Changed> {
  const encoder = new TextEncoder();
  let read = 0;
  const first = Math.max(prunedBelow, size - mostLeaves);
  for (let from = first; from < size; from += leavesAtOnce) {
    const to = Math.min(size, from + leavesAtOnce);
    const { items, isPart } = await source.leaves(from, to);
    let expected = from;
    for (const { index, leaf } of items) {
      if (!isPart && index !== expected) return { at: expected, what: 'missing' };
      if (!equalBytes(leafHash(sha256, encoder.encode(leaf)), tree.hashAt(index))) {
        return { at: index, what: 'entry' };
      }
      expected = index + 1;
      read += 1;
    }
    if (!isPart && expected !== to) return { at: expected, what: 'missing' };
    progress(0.6 + (0.4 * (to - first)) / (size - first));
    await pause();
  }
  return { at: null, read };
}

/** Between which entries the tree stops being the one that was signed, by the states that were signed on the way. */
async function firstWrong(
  source: SealSource,
  tree: Tree,
  size: number,
  parts: SealParts,
): Promise<readonly [number, number]> {
  let good = { at: 0, size: 0 };
  let bad = size;
  while (bad - good.at > 1) {
    const at = Math.floor((good.at + bad) / 2);
    const seal = await source.seal(at);
    const signed =
      seal.checkpoint && (await signatureIn({ ...seal, trust: withoutWitnesses(seal) }, parts));
    // A state that nobody signed says nothing; before the first one nothing was signed.
    const known = signed && typeof signed !== 'string' ? signed.checkpoint : null;
    const isGood = known === null || equalBytes(tree.rootAt(known.size), known.root);
    if (isGood) good = { at, size: known?.size ?? 0 };
    else bad = at;
  }
  return [good.size, bad - 1];
}

const withoutWitnesses = ({ trust }: Seal): Seal['trust'] => ({ ...trust, quorum: 'none' });

/** Whether the tree still begins as the one that this browser saw. */
const isGrownFrom = (tree: Tree, { size }: Checkpoint, before: Remembered): boolean =>
  before.size <= size && base64(tree.rootAt(before.size)) === before.root;
