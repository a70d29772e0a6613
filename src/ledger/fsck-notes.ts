import {
  type Checkpoint,
  type NoteKey,
  NoteProblem,
  readCheckpoint,
  readNote,
  readVkey,
  signersOf,
  vkeyOf,
} from '#core/note.ts';
import { edgeOf, rootOf } from '#core/proof.ts';
import type { LogFiles } from './fsck.ts';
import { knownKeys, type Rotation } from './fsck-keys.ts';
import { sha256 } from './hash.ts';
import { verifySignature, vkeyLines } from './log-keys.ts';
import { type LogPolicy, readPolicy } from './policy.ts';
import { tilePath } from './tile-tree.ts';

/** Takes a problem down. */
export type Say = (problem: string) => void;

/** That a witness has signed a state of a log. */
export interface Cosigned {
  /** The name of its key. */
  readonly name: string;
  readonly size: number;
}

interface Signatures {
  /** Of the newest checkpoint: the keys of the log and of witnesses that have signed it. */
  readonly signedBy: readonly string[];
  /** The keys by which it was looked at: of the log, and of others. */
  readonly own: readonly NoteKey[];
  readonly others: readonly NoteKey[];
  /** How many of whom should have signed; null: nothing says so, or the reader brought the keys. */
  readonly policy: LogPolicy | null;
}

/** The signatures of the checkpoint, and the small files beside it. */
export async function checkNotes(
  files: LogFiles,
  it: { note: string; checkpoint: Checkpoint; vkeys: readonly string[] | null },
  say: Say,
): Promise<Signatures> {
  const lines = (await files.read('log.vkey'))?.toString('utf8') ?? '';
  const there = lines.split('\n').filter((line) => line !== '');
  if (it.vkeys === null && vkeyLines(there) !== lines) say('log.vkey is not one key in each line.');
  const policy = await policyAt(files, there, say);

  const given = keysIn(it.vkeys ?? there, 'log.vkey', say);
  const witnesses = it.vkeys ? [] : (policy?.witnesses.map(({ vkey }) => vkey) ?? []);
  const known = [...given, ...keysIn(witnesses, 'policy.txt', say)];
  const signedBy = await signersIn(it.note, known, 'checkpoint', say);
  // A key that was handed over may be of another time; one that lies beside the checkpoint has signed it.
  for (const vkey of it.vkeys ? [] : there) {
    if (!signedBy.includes(vkey)) say(`checkpoint is not signed by a key in log.vkey: ${vkey}`);
  }
  if (!isSignedByLog(it.checkpoint, signedBy)) say('checkpoint: none of the keys has signed it.');
  const isOwn = ({ name }: NoteKey) => name === it.checkpoint.origin;
  return {
    signedBy,
    own: known.filter(isOwn),
    others: known.filter((key) => !isOwn(key)),
    policy: it.vkeys === null ? policy : null,
  };
}

/**
 * Every signed state that was kept: it is the newest, or the tree has grown from it, and a key that the log had then has
 * signed it. Answers how far each witness has signed.
 */
export async function checkKept(
  files: LogFiles,
  it: Signatures & {
    note: string;
    checkpoint: Checkpoint;
    rotations: readonly Rotation[];
    /** The facts that told of the keys of a state up to here are pruned. */
    minIndex: number;
  },
  say: Say,
): Promise<readonly Cosigned[]> {
  const { note, checkpoint, own, others, policy } = it;
  const { origin, size } = checkpoint;
  const vkeys = own.map((key) => vkeyOf(sha256, key));
  const keys = knownKeys(origin, vkeys, it.rotations);
  const earlier = keys.vkeys.filter((vkey) => !vkeys.includes(vkey));
  const known = [...own, ...keysIn(earlier, 'a fact about a key', say), ...others];
  const cosigned = [...cosignedBy(checkpoint, it.signedBy)];
  const countOf = (signedBy: readonly string[]) =>
    policy?.witnesses.filter(({ vkey }) => signedBy.includes(vkey)).length ?? 0;
  let most = countOf(it.signedBy);
  for (const name of (await files.list?.('checkpoints')) ?? [`${size}`]) {
    const path = `checkpoints/${name}`;
    const text = (await files.read(path))?.toString('utf8');
    if (text === undefined) continue;
    // Witnesses sign after the log, so there may be more lines, and nothing else.
    if (name === `${size}` && !text.startsWith(note)) {
      say(`${path} and checkpoint are not the same.`);
      continue;
    }
    if (name === `${size}` && text === note) continue;
    try {
      const kept = readCheckpoint(readNote(text).body);
      const signedBy = await signersIn(text, known, path, say);
      if (kept.origin !== origin || `${kept.size}` !== name || kept.size > size) {
        say(`${path} is no earlier state of this log.`);
      } else if (!Buffer.from(await rootAt(files, kept.size, size)).equals(kept.root)) {
        say(`The tiles do not lead to the root in ${path}.`);
      } else if (
        kept.size > it.minIndex &&
        !keys.at(kept.size).some((vkey) => signedBy.includes(vkey))
      ) {
        say(`${path}: none of the keys that the log had then has signed it.`);
      }
      cosigned.push(...cosignedBy(kept, signedBy));
      most = Math.max(most, countOf(signedBy));
    } catch (error) {
      if (!(error instanceof NoteProblem)) throw error;
      say(`${path}: ${error.message}`);
    }
  }
  if (policy && most < policy.quorum) {
    say(`checkpoint: ${most} witnesses have signed it, and policy.txt asks for ${policy.quorum}.`);
  }
  return largest(cosigned);
}

/** The root of an earlier size, from the tiles of a larger tree. */
async function rootAt(files: LogFiles, earlier: number, size: number): Promise<Uint8Array> {
  const tiles = new Map<number, Uint8Array>();
  for (const { level, n, width } of edgeOf(earlier)) {
    const now = Math.min(256, Math.floor(size / 256 ** level) - n * 256);
    const tile = await files.read(tilePath(`${level}`, n, now));
    if (!tile || tile.length < width * 32) throw new NoteProblem('tiles for it are missing.');
    tiles.set(level, tile);
  }
  return rootOf(sha256, earlier, ({ level }) => tiles.get(level)!);
}

/** Those of the keys that have signed; what does not hold is said. */
async function signersIn(
  text: string,
  keys: readonly NoteKey[],
  path: string,
  say: Say,
): Promise<readonly string[]> {
  const signedBy: string[] = [];
  for (const key of keys) {
    try {
      const parts = { sha256, verify: verifySignature };
      const signers = await signersOf(readNote(text), [key], parts);
      if (signers.length > 0) signedBy.push(vkeyOf(sha256, key));
    } catch (error) {
      if (!(error instanceof NoteProblem)) throw error;
      say(`${path}: ${error.message}`);
    }
  }
  return signedBy;
}

function keysIn(vkeys: readonly string[], file: string, say: Say): readonly NoteKey[] {
  return vkeys.flatMap((vkey) => {
    try {
      return [readVkey(sha256, vkey)];
    } catch (error) {
      if (!(error instanceof NoteProblem)) throw error;
      say(`${file}: ${error.message}`);
      return [];
    }
  });
}

const nameOf = (vkey: string): string => vkey.split('+')[0]!;

const isSignedByLog = ({ origin }: Checkpoint, vkeys: readonly string[]): boolean =>
  vkeys.some((vkey) => nameOf(vkey) === origin);

const cosignedBy = ({ origin, size }: Checkpoint, vkeys: readonly string[]): Cosigned[] =>
  vkeys.flatMap((vkey) => (nameOf(vkey) === origin ? [] : [{ name: nameOf(vkey), size }]));

function largest(cosigned: readonly Cosigned[]): readonly Cosigned[] {
  const sizes = new Map<string, number>();
  for (const { name, size } of cosigned) sizes.set(name, Math.max(size, sizes.get(name) ?? 0));
  return [...sizes].map(([name, size]) => ({ name, size }));
}

/** The policy that lies with a log; null: there is none, or it is no good, and that was said. */
async function policyAt(
  files: LogFiles,
  vkeys: readonly string[],
  say: Say,
): Promise<LogPolicy | null> {
  const text = (await files.read('policy.txt'))?.toString('utf8');
  if (text === undefined) return null;
  const policy = readPolicy(text);
  if (policy?.vkeys.join() === vkeys.join()) return policy;
  say('policy.txt does not say what log.vkey says.');
  return null;
}
