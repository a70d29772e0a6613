import { base64, NoteProblem } from './note.ts';

/** That a leaf is in a signed tree, as a file of its own: C2SP tlog-proof@v1. */
export interface TlogProof {
  /** Of the leaf, from 0. */
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The signed checkpoint that the proof leads to. */
  readonly checkpoint: string;
}

const firstLine = 'c2sp.org/tlog-proof@v1';

export const tlogProofText = ({ index, hashes, checkpoint }: TlogProof): string =>
  [firstLine, `index ${index}`, ...hashes.map(base64), '', checkpoint].join('\n');

/** A proof whose hashes were not read yet. */
export interface ProofLines extends Pick<TlogProof, 'index' | 'checkpoint'> {
  /** A hash in base64 each; the last without its newline. */
  readonly lines: string;
}

const head = /^c2sp\.org\/tlog-proof@v1\nindex (0|[1-9]\d{0,15})(?:\n|$)/;

/** Takes a proof apart. Throws a NoteProblem when it is none. */
export function proofLines(text: string): ProofLines {
  const end = text.indexOf('\n\n');
  const [all = '', index] = head.exec(text.slice(0, Math.max(0, end))) ?? [];
  if (index === undefined) throw new NoteProblem('This is no proof of a log (tlog-proof@v1).');
  return {
    index: Number(index),
    lines: text.slice(all.length, Math.max(end, all.length)),
    checkpoint: text.slice(end + 2),
  };
}
