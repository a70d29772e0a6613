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

/** What signs the record, and where the largest signed size is kept outside the database. */
export interface SignerParts {
  readonly secrets: SigningSecrets;
  readonly mark: Mark;
}

export interface Signer {
  /** Refuses to go on when the tree is not the one that was signed. Before anything is integrated. */
  guard(db: Db): Promise<void>;
  /** Signs the tree as it is, and publishes that; false: it is signed already. */
  sign(db: Db): Promise<boolean>;
}

/**
 * Signs only what is committed, after the fact: guard, then mark, then signature, then the row that
 * publishes it. Cut off between any two, it is simply done again.
 */
export function openSigner({ secrets, mark }: SignerParts): Signer {
  const opened = new Map<string, LogKey>();

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
    guard,
    async sign(db) {
      const head = await headOf(db);
      const newest = await newestCheckpoint(db, head.origin);
      if (head.size === 0 || newest?.size === head.size) return false;
      await guard(db);
      const keys = await openLogKeys(db, secrets, head, opened);
      await mark.write(head);
      await publish(db, head, await signed(db, head, keys));
      return true;
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
