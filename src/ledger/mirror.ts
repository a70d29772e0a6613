import {
  type Checkpoint,
  NoteProblem,
  readCheckpoint,
  readNote,
  readVkey,
  signersOf,
} from '#core/note.ts';
import type { Db } from '#store/sql.ts';
import { sha256 } from './hash.ts';
import { logKeysOf, verifySignature, vkeyLines } from './log-keys.ts';
import { partialPaths, treeFiles } from './tile-tree.ts';

/** Files outside the database: a folder on another disk, or a bucket. */
export interface MirrorStore {
  /** How messages name it. */
  readonly place: string;
  /** Nothing is published before it lies there. Otherwise it follows. */
  readonly comesFirst: boolean;
  /** Null: there is no such file. */
  read(name: string): Promise<Buffer | null>;
  /** `once`: what lies there stays as it is, and false says that it is something else. */
  write(name: string, bytes: Uint8Array, how: 'once' | 'anew'): Promise<boolean>;
  /** Resolves when all that was written would outlast a cut of the power. */
  settle(): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Where the signed record lies once more: all full tiles and bundles, the partial ones of now, and the checkpoint. */
export interface Mirror {
  readonly place: string;
  readonly comesFirst: boolean;
  /** The signed state that lies there; null: none of this log. */
  newest(db: Db, origin: string): Promise<Checkpoint | null>;
  /** Writes what a tree of this size has and the one that lies there does not. */
  writeTiles(db: Db, of: { readonly origin: string; readonly size: number }): Promise<void>;
  /** Writes a signed state, whose tiles are there, in the place of the one before. */
  writeCheckpoint(
    db: Db,
    of: { readonly origin: string; readonly size: number },
    note: string,
  ): Promise<void>;
}

/** The mirror cannot be read or written, or what lies there is not what was put there. */
export class MirrorProblem extends Error {
  override readonly name = 'MirrorProblem';
}

/** How many files are under way at once. */
const filesAtOnce = 16;

/** A mirror in this store. Each log lies in a folder that has its name, so that several share a place. */
export function openMirror(store: MirrorStore): Mirror {
  const { place, comesFirst } = store;
  /** The checkpoint as it was last seen, so that its signatures are checked once. */
  let seen: { readonly text: string; readonly checkpoint: Checkpoint } | null = null;
  let keysThere = '';

  async function newest(db: Db, origin: string): Promise<Checkpoint | null> {
    const bytes = await store.read(`${origin}/checkpoint`);
    const text = bytes?.toString('utf8') ?? null;
    if (text === null) return null;
    if (seen?.text === text) return seen.checkpoint;
    const checkpoint = await signedBy(await vkeysOf(db, origin), text).catch((error: unknown) => {
      if (!(error instanceof NoteProblem)) throw error;
      return null;
    });
    if (checkpoint?.origin !== origin) {
      throw new MirrorProblem(
        `${origin}/checkpoint is not one that the keys of this log signed: it was changed, or cut off. ` +
          'gatehouse ledger fsck --dir says more. Put the mirror right, or take the file away to have all written anew.',
      );
    }
    seen = { text, checkpoint };
    return checkpoint;
  }

  return {
    place,
    comesFirst,
    newest: (db, origin) => explained(place, () => newest(db, origin)),

    writeTiles: (db, { origin, size }) =>
      explained(place, async () => {
        const before = (await newest(db, origin))?.size ?? 0;
        const writeAll = (files: readonly (readonly [string, Uint8Array])[]) =>
          Promise.all(files.map(([path, bytes]) => write(`${origin}/${path}`, bytes)));
        let group: (readonly [string, Uint8Array])[] = [];
        for await (const file of treeFiles(db, before, size)) {
          group.push(file);
          if (group.length < filesAtOnce) continue;
          await writeAll(group);
          group = [];
        }
        await writeAll(group);
        await store.settle();
      }),

    writeCheckpoint: (db, { origin, size }, note) =>
      explained(place, async () => {
        const before = await newest(db, origin);
        const keys = vkeyLines(await vkeysOf(db, origin));
        if (keys !== keysThere) await store.write(`${origin}/log.vkey`, Buffer.from(keys), 'anew');
        keysThere = keys;
        await store.write(`${origin}/checkpoint`, Buffer.from(note), 'anew');
        await store.settle();
        const kept = new Set(partialPaths(size));
        for (const path of partialPaths(before?.size ?? 0)) {
          // What stays by mistake is in nobody's way.
          if (!kept.has(path)) await store.remove(`${origin}/${path}`).catch(() => {});
        }
      }),
  };

  async function write(name: string, bytes: Uint8Array): Promise<void> {
    const isPartial = name.includes('.p/');
    if (await store.write(name, bytes, isPartial ? 'anew' : 'once')) return;
    throw new MirrorProblem(
      `${name} lies there with other content, and nothing that is complete is written over: one of the two was changed. ` +
        'gatehouse ledger fsck, with and without --dir, says which.',
    );
  }
}

/** The state that a note stands for, if one of these keys at least has signed it. Throws a NoteProblem if not. */
export async function signedBy(vkeys: readonly string[], note: string): Promise<Checkpoint> {
  const read = readNote(note);
  const keys = vkeys.map((vkey) => readVkey(sha256, vkey));
  const signers = await signersOf(read, keys, { sha256, verify: verifySignature });
  if (signers.length === 0) throw new NoteProblem('None of the keys of the log has signed it.');
  return readCheckpoint(read.body);
}

async function vkeysOf(db: Db, origin: string): Promise<readonly string[]> {
  return (await logKeysOf(db, origin)).map(({ vkey }) => vkey);
}

/** What goes wrong says where, and what it means. */
async function explained<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isOfDatabase(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new MirrorProblem(`The mirror of the record, ${place}: ${why}`, { cause: error });
  }
}

/** Errors of PostgreSQL have a code of five characters; the mirror is not to blame for them. */
const isOfDatabase = (error: unknown): boolean =>
  error instanceof Error && 'severity' in error && 'code' in error;
