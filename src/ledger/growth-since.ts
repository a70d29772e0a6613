import { proofText } from '#core/add-checkpoint.ts';
import { NoteProblem, readCheckpoint, readNote } from '#core/note.ts';
import type { Db } from '#store/sql.ts';
import { consistencyProof } from './consistency.ts';
import { rootAt } from './tiles.ts';
import type { PackEntry } from './zip.ts';

/** What leads from an earlier checkpoint to that of a pack, or why nothing does. */
export type Growth =
  | { readonly kind: 'grown'; readonly entries: readonly PackEntry[] }
  | { readonly kind: 'not grown'; readonly because: string };

/** The proof that the record of a pack has grown from what its reader kept; `since` left out: none is asked for. */
export async function growthSince(
  db: Db,
  since: string | undefined,
  checkpoint: string | Uint8Array,
): Promise<Growth> {
  if (since === undefined) return { kind: 'grown', entries: [] };
  const now = readCheckpoint(readNote(Buffer.from(checkpoint as string).toString()).body);
  const because = (text: string): Growth => ({ kind: 'not grown', because: text });
  try {
    const earlier = readCheckpoint(readNote(since).body);
    if (earlier.origin !== now.origin) {
      return because(
        `That checkpoint is of ${earlier.origin}, and the record goes by ${now.origin} now: another record, or an ` +
          'earlier epoch, from which nothing leads here but the fact log.continued.',
      );
    }
    if (earlier.size > now.size) {
      return because(
        `That checkpoint has ${earlier.size} facts, and the pack would have ${now.size}.`,
      );
    }
    if (!(await rootAt(db, earlier.size)).equals(earlier.root)) {
      return because(
        `The record has not grown from that checkpoint: the first ${earlier.size} facts are not those that were ` +
          'signed then. Somebody has rewritten it, or the file.',
      );
    }
    const proof = proofText(await consistencyProof(db, earlier.size, now.size));
    return {
      kind: 'grown',
      entries: [
        [`checkpoint.${earlier.size}`, since],
        [`consistency.${earlier.size}-${now.size}`, proof],
      ],
    };
  } catch (error) {
    if (error instanceof NoteProblem) return because(error.message);
    throw error;
  }
}
