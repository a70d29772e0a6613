import {
  type Checkpoint,
  NoteProblem,
  readCheckpoint,
  readNote,
  readVkey,
  signersOf,
} from '#core/note.ts';
import { edgeOf, leafHash, perfectRoot, rootOf } from '#core/proof.ts';
import { leavesOf } from './bundle.ts';
import { sha256 } from './hash.ts';
import { policyText, verifySignature, vkeyLines } from './log-keys.ts';
import { tilePath } from './tile-tree.ts';

/** A log as files: an export, a mirror, or the database read as one. Null: there is no such file. */
export interface LogFiles {
  read(name: string): Promise<Buffer | null>;
}

/** What came out when a log was gone through. */
export interface Checked {
  readonly checkpoint: Checkpoint;
  /** The keys that signed it. */
  readonly signedBy: readonly string[];
  /** What is wrong, each with the name of the file; empty: all is as it was signed. */
  readonly problems: readonly string[];
}

/** More than this is not told: the log is another one. */
const mostProblems = 100;
const tileWidth = 256;
const hashBytes = 32;

/**
 * Hashes every fact of a log again, and holds every tile and the signed checkpoint against that. `vkeys`: the keys that
 * the reader trusts; null: those that lie with the log. Null: there is no checkpoint that could be read.
 */
export async function checkLog(
  files: LogFiles,
  vkeys: readonly string[] | null = null,
): Promise<Checked | null> {
  const note = (await files.read('checkpoint'))?.toString('utf8');
  const checkpoint = note === undefined ? null : orNull(() => readCheckpoint(readNote(note).body));
  if (note === undefined || !checkpoint) return null;
  const problems: string[] = [];
  const say = (problem: string) => void (problems.length < mostProblems && problems.push(problem));
  const signedBy = await checkNotes(files, { note, checkpoint, vkeys }, say);
  await checkTree(files, checkpoint, say);
  return { checkpoint, signedBy, problems };
}

type Say = (problem: string) => void;

/** The signatures of the checkpoint, and the small files beside it. */
async function checkNotes(
  files: LogFiles,
  it: { note: string; checkpoint: Checkpoint; vkeys: readonly string[] | null },
  say: Say,
): Promise<readonly string[]> {
  const keys = (await files.read('log.vkey'))?.toString('utf8') ?? '';
  const there = keys.split('\n').filter((line) => line !== '');
  if (it.vkeys === null && vkeyLines(there) !== keys) say('log.vkey is not one key in each line.');
  const known = it.vkeys ?? there;
  const signedBy: string[] = [];
  for (const vkey of known) {
    try {
      const key = readVkey(sha256, vkey);
      const signers = await signersOf(readNote(it.note), [key], {
        sha256,
        verify: verifySignature,
      });
      if (signers.length > 0) signedBy.push(vkey);
      // A key that was handed over may be of another time; one that lies beside the checkpoint has signed it.
      else if (it.vkeys === null) say(`checkpoint is not signed by a key in log.vkey: ${vkey}`);
    } catch (error) {
      if (!(error instanceof NoteProblem)) throw error;
      say(`checkpoint, by log.vkey: ${error.message}`);
    }
  }
  if (signedBy.length === 0) say('checkpoint: none of the keys has signed it.');

  const kept = await files.read(`checkpoints/${it.checkpoint.size}`);
  if (kept && kept.toString('utf8') !== it.note) {
    say(`checkpoints/${it.checkpoint.size} and checkpoint are not the same.`);
  }
  const policy = (await files.read('policy.txt'))?.toString('utf8');
  if (policy !== undefined && !isPolicy(policy, there)) {
    say('policy.txt does not say what log.vkey says.');
  }
  return signedBy;
}

/** Beside the keys of the log it may name witnesses, and who of them has to have signed. */
function isPolicy(policy: string, vkeys: readonly string[]): boolean {
  if (policy === policyText(vkeys)) return true;
  const lines = policy.split('\n');
  if (lines.pop() !== '') return false;
  const logs = lines.flatMap((line) => (line.startsWith('log ') ? [line.slice(4)] : []));
  const names = lines.flatMap((line) => /^(?:witness|group) (\S+) /.exec(line)?.[1] ?? []);
  const others = lines.filter((line) => !line.startsWith('log '));
  return (
    logs.join() === vkeys.join() &&
    names.length > 0 &&
    others.every((line) => /^(witness|group) \S+ \S/.test(line) || isQuorum(line, names))
  );
}

const isQuorum = (line: string, names: readonly string[]): boolean =>
  ['none', ...names].some((name) => line === `quorum ${name}`);

/** Goes through the bundles once, and through each level of tiles, with as much in memory as one path needs. */
async function checkTree(files: LogFiles, { size, root }: Checkpoint, say: Say): Promise<void> {
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

  for (let n = 0; n * tileWidth < size; n += 1) {
    const width = Math.min(tileWidth, size - n * tileWidth);
    const bundle = tilePath('entries', n, width);
    const tile = await tileAt(0, n);
    if (width === tileWidth) await fits(0, n);
    const hashes = await hashesIn(files, bundle, width, say);
    if (!hashes || !tile.hashes) continue;
    const first = hashes.findIndex((hash, i) => !hash.equals(hashAt(tile.hashes!, i)));
    if (first < 0) continue;
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
}

const hashAt = (hashes: Buffer, i: number): Buffer =>
  hashes.subarray(i * hashBytes, (i + 1) * hashBytes);

/** The hashes of the facts in a bundle; null, and said: it cannot be read. */
async function hashesIn(
  files: LogFiles,
  path: string,
  width: number,
  say: Say,
): Promise<readonly Buffer[] | null> {
  const bytes = await files.read(path);
  const leaves = bytes && leavesOf(bytes);
  if (leaves?.length === width) return leaves.map((leaf) => Buffer.from(leafHash(sha256, leaf)));
  say(
    bytes
      ? `${path} does not hold ${width} facts: it was cut off or changed.`
      : `${path} is missing.`,
  );
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
