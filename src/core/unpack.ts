import { unzipSync } from 'fflate';
import type { PackFiles } from './evidence-check.ts';

/** A pack larger than this is no pack of ours: a quarter with 500 departures has a third of it. */
export const largestPackBytes = 2 * 1024 * 1024 * 1024 - 1;
const mostFiles = 200_000;

/** What lies in a zip file, or why it cannot be a pack, in a sentence that goes on from its name. */
export type Unpacked =
  | { readonly kind: 'files'; readonly files: PackFiles }
  | { readonly kind: 'none'; readonly because: string };

/** Why a file is refused; only within this file. */
class Refused extends Error {}

/**
 * Unpacks a pack that somebody was sent: it may be anything. What it claims to hold is counted before
 * any of it is unpacked, and a name that occurs twice is refused, since readers differ on which counts.
 */
export function unpack(bytes: Uint8Array): Unpacked {
  if (bytes.length > largestPackBytes) return { kind: 'none', because: tooLarge };
  let total = 0;
  const names = new Set<string>();
  try {
    const files = unzipSync(bytes, {
      filter({ name, originalSize }) {
        total += originalSize;
        if (total > largestPackBytes || names.size >= mostFiles) throw new Refused(tooLarge);
        if (names.has(name)) throw new Refused(`is no evidence pack: it holds ${name} twice.`);
        names.add(name);
        return !name.endsWith('/');
      },
    });
    return { kind: 'files', files: new Map(Object.entries(files)) };
  } catch (error) {
    const because = error instanceof Refused ? error.message : 'is no zip file, or is damaged.';
    return { kind: 'none', because };
  }
}

const tooLarge = 'is too large for an evidence pack.';
