import { base64, fromBase64, NoteProblem } from './note.ts';

/** What a witness is asked for: C2SP tlog-witness, `add-checkpoint`. */
export interface AddCheckpoint {
  /** The size that the witness cosigned last; 0: none. */
  readonly oldSize: number;
  /** That the tree of the checkpoint has grown from it. */
  readonly proof: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: string;
}

const longestProof = 63;

export const addCheckpointText = ({ oldSize, proof, checkpoint }: AddCheckpoint): string =>
  [`old ${oldSize}`, ...proof.map(base64), '', checkpoint].join('\n');

/** Reads a request. Throws a NoteProblem when it is none. */
export function readAddCheckpoint(text: string): AddCheckpoint {
  const end = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, end).split('\n');
  const [, old] = /^old (0|[1-9]\d{0,14})$/.exec(first) ?? [];
  if (end < 0 || old === undefined || lines.length > longestProof) {
    throw new NoteProblem('This is no request to add a checkpoint: old size, proof, empty line.');
  }
  return { oldSize: Number(old), proof: hashLines(lines), checkpoint: text.slice(end + 2) };
}

/** A proof as a file: one hash a line. */
export const proofText = (hashes: readonly Uint8Array[]): string =>
  hashes.map((it) => `${base64(it)}\n`).join('');

/** Reads a proof of one hash a line. Throws a NoteProblem where a line is none. */
export function readProof(text: string): readonly Uint8Array[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new NoteProblem('The last line of the proof has no end.');
  return hashLines(lines);
}

function hashLines(lines: readonly string[]): readonly Uint8Array[] {
  return lines.map((line) => {
    const hash = fromBase64(line);
    if (hash?.length === 32) return hash;
    throw new NoteProblem('A line of the proof is no hash.');
  });
}
