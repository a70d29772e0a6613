import { noteText, readNote } from './note.ts';

/** A time and an Ed25519 signature; one of ML-DSA-44 has 2.4 kB. */
const longestBytes = 72;

/**
 * A checkpoint as it fits into a letter or a line of a log: without its longest signatures. What is left is a
 * signed note like any other, and what was left out can be had from the record.
 */
export function shortNote(note: string): string {
  const { body, signatures } = readNote(note);
  return noteText({ body, signatures: signatures.filter((it) => it.bytes.length <= longestBytes) });
}
