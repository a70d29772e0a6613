import {
  type Checkpoint,
  checkpointBody,
  keyIdOf,
  noteText,
  signatureBytes,
  signedMessage,
} from '#core/note.ts';
import { type Db, sql } from '#store/sql.ts';
import {
  checkAgainst,
  checkAgainstMark,
  ForkFound,
  foundFork,
  newestCheckpoint,
  noteFork,
} from './fork-guard.ts';
import { sha256 } from './hash.ts';
import { headOf } from './head.ts';
import { type LogKey, openLogKeys, type SigningSecrets } from './log-keys.ts';
import type { Mark } from './mark.ts';
import { type Mirror, MirrorProblem } from './mirror.ts';
import { noteMirrored, noteMirrorProblem } from './mirror-state.ts';

/** What signs the record, and where the largest signed size is kept outside the database. */
export interface SignerParts {
  readonly secrets: SigningSecrets;
  readonly mark: Mark;
  /** Where the signed record lies once more; left out: nowhere. */
  readonly mirror?: Mirror;
  /** Told once for each reason why the mirror cannot be written. */
  readonly onMirrorProblem?: (problem: string) => void;
}

export interface Signer {
  /** Refuses to go on when the tree is not the one that was signed. Before anything is integrated. */
  guard(db: Db): Promise<void>;
  /** Signs the tree as it is, and publishes that; false: it is signed already, or the mirror cannot be written. */
  sign(db: Db): Promise<boolean>;
  /** Brings a mirror that follows up to what is signed. */
  follow(db: Db): Promise<void>;
}

/**
 * Signs only what is committed, after the fact: guard, then the tiles in the mirror, the mark, the signature,
 * the checkpoint in the mirror, and the row that publishes it. Cut off between any two, it is simply done again.
 */
export function openSigner({ secrets, mark, mirror, onMirrorProblem }: SignerParts): Signer {
  const opened = new Map<string, LogKey>();
  const first = mirror?.comesFirst ? mirror : null;
  let problem = '';

  /** False: the mirror is in the way, which is noted where people see it. */
  async function unlessMirrorFails(db: Db, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof ForkFound) await noteFork(db, error.message);
      if (!(error instanceof MirrorProblem) || !mirror) throw error;
      if (error.message !== problem) {
        problem = error.message;
        onMirrorProblem?.(problem);
        await noteMirrorProblem(db, mirror, problem);
      }
      return false;
    }
  }

  async function nowThere(db: Db, there: Mirror, state: Checkpoint): Promise<void> {
    problem = '';
    await noteMirrored(db, there, state);
  }

  const checkMirror = (db: Db, head: Checkpoint) =>
    unlessMirrorFails(db, async () => {
      const there = await mirror?.newest(db, head.origin);
      if (there)
        await checkAgainst(db, head, there, `the checkpoint in the mirror ${mirror?.place}`);
    });

  async function guard(db: Db): Promise<void> {
    const earlier = await foundFork(db);
    if (earlier) throw new ForkFound(earlier.because);
    try {
      await checkAgainstMark(db, await headOf(db), mark);
    } catch (error) {
      if (error instanceof ForkFound) await noteFork(db, error.message);
      throw error;
    }
  }

  return {
    async guard(db) {
      await guard(db);
      await checkMirror(db, await headOf(db));
    },
    async sign(db) {
      const head = await headOf(db);
      const newest = await newestCheckpoint(db, head.origin);
      if (head.size === 0 || newest?.size === head.size) return false;
      await guard(db);
      if (first && !(await checkMirror(db, head))) return false;
      if (!(await unlessMirrorFails(db, async () => first?.writeTiles(db, head)))) return false;
      const keys = await openLogKeys(db, secrets, head, opened);
      await mark.write(head);
      const note = await signed(db, head, keys);
      if (!(await unlessMirrorFails(db, async () => first?.writeCheckpoint(db, head, note))))
        return false;
      await publish(db, head, note);
      if (first) await nowThere(db, first, head);
      return true;
    },
    async follow(db) {
      if (!mirror) return;
      const head = await headOf(db);
      if (first) {
        await first.writeCosigned(db, head.origin).catch((error: unknown) => {
          // The next signature tells: it has to write there too.
          if (!(error instanceof MirrorProblem)) throw error;
        });
        return;
      }
      const newest = await newestCheckpoint(db, head.origin);
      if (!newest || !(await checkMirror(db, head))) return;
      await unlessMirrorFails(db, async () => {
        const there = await mirror.newest(db, head.origin);
        if (there?.size !== newest.size) {
          await mirror.writeTiles(db, newest);
          await mirror.writeCheckpoint(db, newest, newest.note);
        }
        await mirror.writeCosigned(db, head.origin);
        await nowThere(db, mirror, newest);
      });
    },
  };
}

/** The note of a checkpoint: its body, and one line for each key. */
async function signed(db: Db, head: Checkpoint, keys: readonly LogKey[]): Promise<string> {
  const { rows } = await db.query<{ seconds: string }>(sql`
    select floor(extract(epoch from clock_timestamp()))::text as seconds
  `);
  const now = BigInt(rows[0]!.seconds);
  const body = checkpointBody(head);
  const signatures = keys.map(({ key, sign }) => {
    const at = key.type === 'ed25519' ? null : now;
    const bytes = signatureBytes(sign(signedMessage(key, body, at)), at);
    return { name: key.name, keyId: keyIdOf(sha256, key), bytes };
  });
  return noteText({ body, signatures });
}

async function publish(db: Db, { origin, size, root }: Checkpoint, note: string): Promise<void> {
  await db.query(sql`
    insert into ledger.checkpoint (origin, size, root, note)
    values (${origin}, ${size}, ${Buffer.from(root)}, ${note})
        on conflict (origin, size) do nothing
  `);
}
