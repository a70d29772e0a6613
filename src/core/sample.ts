import { base64url, hex } from './note.ts';
import type { Sha256 } from './proof.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Byte by byte, and so the same on every machine and in `LC_ALL=C sort`. */
const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Names a population: SHA-256 over its ids, sorted, each with a newline, base64url. An id is of letters,
 * digits and signs of ASCII.
 */
export const populationDigest = (sha256: Sha256, ids: readonly string[]): string =>
  base64url(
    sha256(
      bytesOf(
        ids
          .toSorted(inOrder)
          .map((id) => `${id}\n`)
          .join(''),
      ),
    ),
  );

/**
 * Picks so many of a population that nobody could have chosen: the ids are ordered by SHA-256 over the seed,
 * a bar and the id, and the first ones are taken. The same seed picks the same ones.
 */
export function pickSample(
  sha256: Sha256,
  it: { readonly seed: string; readonly ids: readonly string[]; readonly count: number },
): readonly string[] {
  return it.ids
    .map((id) => ({ id, place: hex(sha256(bytesOf(`${it.seed}|${id}`))) }))
    .toSorted((a, b) => inOrder(a.place, b.place))
    .slice(0, it.count)
    .map(({ id }) => id);
}
