import { type Checkpoint, NoteProblem, readCheckpoint, readNote } from '#core/note.ts';
import { edgeOf, leafHash, perfectRoot, rootOf } from '#core/proof.ts';
import { prunedBelow } from '#core/pruning.ts';
import { leavesOf } from './bundle.ts';
import { type Rotation, rotationIn } from './fsck-keys.ts';
import { type Cosigned, checkKept, checkNotes, type Say } from './fsck-notes.ts';
import { sha256 } from './hash.ts';
import { tilePath } from './tile-tree.ts';

/** A log as files: an export, a mirror, or the database read as one. Null: there is no such file. */
export interface LogFiles {
  read(name: string): Promise<Buffer | null>;
  /** The names in a folder; left out: they cannot be told. */
  list?(folder: string): Promise<readonly string[]>;
}

/** What came out when a log was gone through. */
export interface Checked {
  readonly checkpoint: Checkpoint;
  /** The keys that signed it. */
  readonly signedBy: readonly string[];
  /** The newest state that each witness has signed, whose key is known. */
  readonly cosigned: readonly Cosigned[];
  /** What is wrong, each with the name of the file; empty: all is as it was signed. */
  readonly problems: readonly string[];
  /** Below it facts are missing, as the log itself says that they were pruned; 0: none are. */
  readonly minIndex: number;
}

/** More than this is not told: the log is another one. */
const mostProblems = 100;
const tileWidth = 256;
const hashBytes = 32;

/**
 * Hashes every fact of a log again, and holds every tile and the signed checkpoint against that. `vkeys`: the keys that
 * the reader trusts; null: those that lie with the log. Null: there is no checkpoint that could be read.
 *
 * Bundles may be missing where a fact of the log (`log.pruned`) says that they were pruned. `claimed`: below this index
 * that is about to be signed.
 */
export async function checkLog(
  files: LogFiles,
  vkeys: readonly string[] | null = null,
  claimed = 0,
): Promise<Checked | null> {
  const note = (await files.read('checkpoint'))?.toString('utf8');
  const checkpoint = note === undefined ? null : orNull(() => readCheckpoint(readNote(note).body));
  if (note === undefined || !checkpoint) return null;
  const problems: string[] = [];
  const say = (problem: string) => void (problems.length < mostProblems && problems.push(problem));
  const signed = await checkNotes(files, { note, checkpoint, vkeys }, say);
  const { rotations, minIndex } = await checkTree(files, checkpoint, claimed, say);
  const cosigned = await checkKept(
    files,
    { note, checkpoint, rotations, minIndex, ...signed },
    say,
  );
  return { checkpoint, signedBy: signed.signedBy, cosigned, problems, minIndex };
}

/**
 * Goes through the bundles once, and through each level of tiles, with as much in memory as one path needs. Answers the
 * changes of keys that the facts tell of, and below which index facts are missing that were pruned.
 */
async function checkTree(
  files: LogFiles,
  { size, root }: Checkpoint,
  claimed: number,
  say: Say,
): Promise<{ readonly rotations: readonly Rotation[]; readonly minIndex: number }> {
  const rotations: Rotation[] = [];
  const cache = new Map<number, { path: string; hashes: Buffer | null }>();
  /** A tile as it lies there; null, and said once: it is missing or has another length. */
  async function tileAt(
    level: number,
    n: number,
  ): Promise<{ path: string; hashes: Buffer | null }> {
    const count = Math.floor(size / tileWidth ** level);
    const width = Math.min(tileWidth, count - n * tileWidth);
    const path = tilePath(`${level}`, n, width);
    const cached = cache.get(level);
    if (cached?.path === path) return cached;
    const bytes = await files.read(path);
    const whole = bytes?.length === width * hashBytes;
    if (!whole)
      say(`${path} is ${bytes ? `cut off or too long (${bytes.length} bytes)` : 'missing'}.`);
    const read = { path, hashes: whole ? bytes : null };
    cache.set(level, read);
    return read;
  }

  const edge = new Map<string, Buffer>();
  for (const { level, n } of edgeOf(size)) {
    const { hashes } = await tileAt(level, n);
    if (hashes) edge.set(`${level}/${n}`, hashes);
  }
  const rootIs = (replaced?: { n: number; hashes: Uint8Array }): boolean => {
    const found = orNull(() =>
      rootOf(sha256, size, ({ level, n }) => {
        const own =
          replaced && level === 0 && n === replaced.n ? replaced.hashes : edge.get(`${level}/${n}`);
        if (own) return own;
        throw new NoteProblem('missing');
      }),
    );
    return found !== null && Buffer.from(found).equals(root);
  };
  if (!rootIs()) {
    const paths = edgeOf(size).map(({ level, n, width }) => tilePath(`${level}`, n, width));
    say(`The tiles at the edge (${paths.join(', ')}) do not lead to the root in checkpoint.`);
  }

  const missing: { readonly end: number; readonly bundle: string }[] = [];
  let prunedTo = claimed;
  for (let n = 0; n * tileWidth < size; n += 1) {
    const width = Math.min(tileWidth, size - n * tileWidth);
    const bundle = tilePath('entries', n, width);
    const tile = await tileAt(0, n);
    if (width === tileWidth) await fits(0, n);
    const leaves = await leavesIn(files, bundle, width, say);
    if (leaves === 'missing') missing.push({ end: n * tileWidth + width, bundle });
    if (!Array.isArray(leaves)) continue;
    rotations.push(...leaves.flatMap((leaf, i) => rotationIn(leaf, n * tileWidth + i) ?? []));
    if (!tile.hashes) continue;
    const hashes = leaves.map((leaf) => Buffer.from(leafHash(sha256, leaf)));
    const first = hashes.findIndex((hash, i) => !hash.equals(hashAt(tile.hashes!, i)));
    if (first < 0) {
      // Only what is as it was signed says which facts may be missing.
      prunedTo = Math.max(prunedTo, ...leaves.map((leaf) => prunedBelow(leaf.toString('utf8'))));
      continue;
    }
    const isRight = async (candidate: readonly Buffer[]) =>
      width < tileWidth
        ? rootIs({ n, hashes: Buffer.concat(candidate) })
        : Buffer.from(perfectRoot(sha256, candidate)).equals((await parentOf(0, n)) ?? Buffer.of());
    // One of the two was changed; what stands above them says which.
    const isTile = await isRight(hashes);
    if (isTile)
      say(
        `${tile.path} has another hash for the fact ${n * tileWidth + first}, which is as it was signed.`,
      );
    else {
      say(
        `The fact ${n * tileWidth + first} (in ${bundle}) is not the one that was recorded: ${tile.path} has another hash for it.`,
      );
    }
  }
  for (const it of missing) if (it.end > prunedTo) say(`${it.bundle} is missing.`);

  /** The hash of a full tile as the tile above it has it. */
  async function parentOf(level: number, n: number): Promise<Buffer | null> {
    const above = await tileAt(level + 1, Math.floor(n / tileWidth));
    return above.hashes && hashAt(above.hashes, n % tileWidth);
  }

  /** Whether the tile above has the root of a full one; said if not. */
  async function fits(level: number, n: number): Promise<void> {
    const tile = await tileAt(level, n);
    const above = await tileAt(level + 1, Math.floor(n / tileWidth));
    if (!tile.hashes || !above.hashes) return;
    const parts = Array.from({ length: tileWidth }, (_, i) => hashAt(tile.hashes!, i));
    if (Buffer.from(perfectRoot(sha256, parts)).equals(hashAt(above.hashes, n % tileWidth))) return;
    say(`${tile.path} and ${above.path} above it do not fit together: one of them was changed.`);
  }

  for (let level = 1; tileWidth ** (level + 1) <= size; level += 1) {
    for (let n = 0; (n + 1) * tileWidth ** (level + 1) <= size; n += 1) await fits(level, n);
  }
  const pruned = missing.map(({ end }) => end).filter((end) => end <= prunedTo);
  return { rotations, minIndex: Math.max(0, ...pruned) };
}

const hashAt = (hashes: Buffer, i: number): Buffer =>
  hashes.subarray(i * hashBytes, (i + 1) * hashBytes);

/** The facts in a bundle; null, and said: it cannot be read. */
async function leavesIn(
  files: LogFiles,
  path: string,
  width: number,
  say: Say,
): Promise<readonly Buffer[] | 'missing' | null> {
  const bytes = await files.read(path);
  if (!bytes) return 'missing';
  const leaves = leavesOf(bytes);
  if (leaves?.length === width) return leaves;
  say(`${path} does not hold ${width} facts: it was cut off or changed.`);
  return null;
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof NoteProblem) return null;
    throw error;
  }
}
