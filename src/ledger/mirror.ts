import {
  type Checkpoint,
  NoteProblem,
  readCheckpoint,
  readNote,
  readVkey,
  signersOf,
} from '#core/note.ts';
import type { Db } from '#store/sql.ts';
import { cosignedCheckpoint } from './cosignatures.ts';
import { sha256 } from './hash.ts';
import { logKeysOf, verifySignature, vkeyLines, vkeysAt } from './log-keys.ts';
import { policyText } from './policy.ts';
import { partialPaths, treeFiles } from './tile-tree.ts';
import { witnessPolicy } from './witnesses.ts';

/** Files outside the database: a folder on another disk, or a bucket. */
export interface MirrorStore {
  /** How messages name it. */
  readonly place: string;
  /** Nothing is published before it lies there. Otherwise it follows. */
  readonly comesFirst: boolean;
  /** Null: there is no such file. */
  read(name: string): Promise<Buffer | null>;
  /** The names in a folder; none: it is not there. */
  list(folder: string): Promise<readonly string[]>;
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
  /**
   * Writes who has to sign, and the newest states that witnesses have signed, into `checkpoints/`: they sign after the
   * log, so `checkpoint` itself never waits for them.
   */
  writeCosigned(db: Db, origin: string): Promise<void>;
}

/** The mirror cannot be read or written, or what lies there is not what was put there. */
export class MirrorProblem extends Error {
  override readonly name = 'MirrorProblem';
}

/** How many files are under way at once. */
const filesAtOnce = 16;

/** A mirror in this store. Each log lies in a folder that has its name, so that several share a place. */
export function openMirror(at: MirrorStore): Mirror {
  const { place, comesFirst } = at;
  const store: Pick<MirrorStore, 'read' | 'write' | 'settle' | 'remove'> = {
    read: (name) => explained(() => at.read(name)),
    write: (name, bytes, how) => explained(() => at.write(name, bytes, how)),
    settle: () => explained(() => at.settle()),
    remove: (name) => at.remove(name),
  };
  /** The checkpoint as it was last seen, so that its signatures are checked once. */
  let seen: { readonly text: string; readonly checkpoint: Checkpoint } | null = null;
  /** The small files as they were last written. */
  const smallThere = new Map<string, string>();
  let running: Promise<unknown> = Promise.resolve();
  /** What witnesses sign is written beside the signing: one of the two at a time, or old keys would end up over new ones. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = running.then(work);
    running = mine.catch(() => {});
    return mine;
  }

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
      throw problem(
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
    newest,

    async writeTiles(db, { origin, size }) {
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
    },

    writeCheckpoint: (db, of, note) => alone(() => writeCheckpoint(db, of, note)),
    writeCosigned: (db, origin) => alone(() => writeCosigned(db, origin)),
  };

  async function writeCheckpoint(
    db: Db,
    { origin, size }: Pick<Checkpoint, 'origin' | 'size'>,
    note: string,
  ): Promise<void> {
    const before = await newest(db, origin);
    await writeKeys(db, { origin, size });
    await store.write(`${origin}/checkpoint`, Buffer.from(note), 'anew');
    await store.settle();
    const kept = new Set(partialPaths(size));
    for (const path of partialPaths(before?.size ?? 0)) {
      // What stays by mistake is in nobody's way.
      if (!kept.has(path)) await store.remove(`${origin}/${path}`).catch(() => {});
    }
  }

  async function writeCosigned(db: Db, origin: string): Promise<void> {
    const there = await newest(db, origin);
    if (!there) return;
    await writeKeys(db, there);
    const policy = await witnessPolicy(db);
    for (const quorum of new Set([1, Math.max(1, policy.quorum)])) {
      const found = await cosignedCheckpoint(db, origin, { ...policy, quorum });
      // What is newer than the tiles there comes with them.
      if (!found || found.size > there.size) continue;
      await writeSmall(`${origin}/checkpoints/${found.size}`, found.note, `cosigned ${quorum}`);
    }
    await store.settle();
  }

  /** The keys that sign at this size, and who else has to sign, as an export says them. */
  async function writeKeys(db: Db, { origin, size }: Pick<Checkpoint, 'origin' | 'size'>) {
    const vkeys = await vkeysAt(db, { origin, size });
    await writeSmall(`${origin}/log.vkey`, vkeyLines(vkeys));
    await writeSmall(`${origin}/policy.txt`, policyText(vkeys, await witnessPolicy(db)));
  }

  /** Not if it is what was written last, as a file of this kind. */
  async function writeSmall(name: string, text: string, kind = name): Promise<void> {
    const written = `${name}\n${text}`;
    if (smallThere.get(kind) === written) return;
    await store.write(name, Buffer.from(text), 'anew');
    smallThere.set(kind, written);
  }

  async function write(name: string, bytes: Uint8Array): Promise<void> {
    const isPartial = name.includes('.p/');
    if (await store.write(name, bytes, isPartial ? 'anew' : 'once')) return;
    throw problem(
      `${name} lies there with other content, and nothing that is complete is written over: one of the two was changed. ` +
        'gatehouse ledger fsck, with and without --dir, says which.',
    );
  }

  /** Of the store only: what goes wrong in the database on the way is not the mirror's fault. */
  async function explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw problem(error instanceof Error ? error.message : String(error), error);
    }
  }

  function problem(why: string, cause?: unknown): MirrorProblem {
    return new MirrorProblem(`The mirror of the record, ${place}: ${why}`, { cause });
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
