import { base64, fromBase64, NoteProblem } from './note.ts';

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

/** Reads a proof. Throws a NoteProblem when it is none. */
export function readTlogProof(text: string): TlogProof {
  const end = text.indexOf('\n\n');
  const [first, second = '', ...rest] = text.slice(0, end).split('\n');
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(second) ?? [];
  const hashes = rest.map(fromBase64);
  if (end < 0 || first !== firstLine || index === undefined) {
    throw new NoteProblem('This is no proof of a log (tlog-proof@v1).');
  }
  const whole = hashes.filter((it) => it?.length === 32) as Uint8Array[];
  if (whole.length < hashes.length) throw new NoteProblem('A line of the proof is no hash.');
  return { index: Number(index), hashes: whole, checkpoint: text.slice(end + 2) };
}
