import { type Checkpoint, fromBase64, NoteProblem } from './note.ts';
import type { Sha256 } from './proof.ts';
import { equalBytes, half, node } from './tree-proof.ts';

/** Whether these lines, a base64 hash each, lead from a leaf's hash to the root of the tree. */
export type LeadsToRoot = (
  it: { readonly index: number; readonly leafHash: Uint8Array },
  lines: string,
) => boolean;

/** Where a walk to the root stands (RFC 9162, 2.1.3.2): all that its outcome depends on. */
interface Stand {
  readonly fn: number;
  readonly sn: number;
  readonly hash: Uint8Array;
  /** The lines that are still to come. */
  readonly rest: string;
}

/**
 * Checks many proofs of one tree, as `provesInclusion` checks one. Facts of a case lie close together, so their
 * walks soon meet: a walk that stands where an earlier one stood, with the same hash and the very same lines to
 * come, ends as that did. So each node of the tree is hashed about once.
 */
export function inclusionIn(
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
  sha256: Sha256,
): LeadsToRoot {
  /** The newest stand of each height that led to the root. */
  const proven = new Map<number, Stand>();

  return ({ index, leafHash }, lines) => {
    if (index < 0 || index >= size) return false;
    const walked: Stand[] = [];
    let [fn, sn] = [index, size - 1];
    let hash = leafHash;
    let at = 0;
    for (;;) {
      const rest = lines.slice(at);
      const known = proven.get(sn);
      if (known?.fn === fn && known.rest === rest && equalBytes(known.hash, hash)) break;
      walked.push({ fn, sn, hash, rest });
      if (rest === '') {
        if (sn !== 0 || !equalBytes(hash, root)) return false;
        break;
      }
      if (sn === 0) return false;
      const end = lines.indexOf('\n', at);
      const step = hashIn(lines.slice(at, end < 0 ? undefined : end));
      at = end < 0 ? lines.length : end + 1;
      if (fn % 2 === 1 || fn === sn) {
        hash = node(sha256, step, hash);
        while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
      } else {
        hash = node(sha256, hash, step);
      }
      [fn, sn] = [half(fn), half(sn)];
    }
    for (const it of walked) proven.set(it.sn, it);
    return true;
  };
}

function hashIn(line: string): Uint8Array {
  const hash = fromBase64(line);
  if (hash?.length === 32) return hash;
  throw new NoteProblem('A line of the proof is no hash.');
}
