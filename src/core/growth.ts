import { readProof } from './add-checkpoint.ts';
import { type PackFiles, textOf, type Verdict } from './evidence-check.ts';
import { NoteProblem, readCheckpoint, readNote } from './note.ts';
import type { Sha256 } from './proof.ts';
import { provesConsistency } from './tree-proof.ts';

/**
 * Adds to the check of a pack whether its record has grown from a checkpoint that whoever checks has kept. What
 * was found before has to hold: the checkpoint of the pack is taken as it is.
 */
export function withGrowth(
  verdict: Verdict,
  files: PackFiles,
  kept: string,
  sha256: Sha256,
): Verdict {
  if (verdict.fails) return verdict;
  try {
    const detail = growthOf(files, kept, sha256);
    return { ...verdict, holds: [...verdict.holds, { name: 'growth', detail }] };
  } catch (error) {
    if (!(error instanceof NoteProblem)) throw error;
    return { ...verdict, fails: { name: 'growth', detail: error.message } };
  }
}

function growthOf(files: PackFiles, kept: string, sha256: Sha256): string {
  const earlier = readCheckpoint(readNote(kept).body);
  const now = readCheckpoint(readNote(textOf(files.get('checkpoint')!)).body);
  if (earlier.origin !== now.origin) {
    throw new NoteProblem(
      `The checkpoint that was kept is of ${earlier.origin}, and the pack of ${now.origin}: another record, or ` +
        'another epoch of it. Ask for the fact log.continued, which says why the name changed and what was lost.',
    );
  }
  if (earlier.size > now.size) {
    throw new NoteProblem(
      `The checkpoint that was kept has ${earlier.size} facts, and the pack ${now.size}: ask for a newer pack.`,
    );
  }
  const name = `consistency.${earlier.size}-${now.size}`;
  const file = files.get(name);
  if (!file && earlier.size !== now.size && earlier.size > 0) {
    throw new NoteProblem(
      `The pack holds no proof from the ${earlier.size} facts of the checkpoint that was kept (${name}); have it ` +
        'made with gatehouse evidence --since.',
    );
  }
  const proof = file ? readProof(textOf(file)) : [];
  if (!provesConsistency(sha256, earlier, now, proof)) {
    throw new NoteProblem(
      `The record has not grown from the ${earlier.size} facts of the checkpoint that was kept: it was rewritten, ` +
        'or the proof was changed.',
    );
  }
  return `the record has grown from the ${earlier.size} facts of the checkpoint that was kept`;
}
