import { inflateSync } from 'fflate';
import type { PackFiles } from './evidence-check.ts';
import { zipEntries } from './zip-directory.ts';

/** A pack larger than this is no pack of ours: a quarter with 500 departures has less than half of it. */
export const largestPackBytes = 2 * 1024 * 1024 * 1024 - 1;
const mostFiles = 200_000;

/** What lies in a zip file, or why it cannot be a pack, in a sentence that goes on from its name. */
export type Unpacked =
  | { readonly kind: 'files'; readonly files: PackFiles }
  | { readonly kind: 'none'; readonly because: string };

/** Why a file is refused; only within this file. */
class Refused extends Error {}

/** Unpacks by deflate; at most so many bytes come out, or it throws. */
export type Inflate = (packed: Uint8Array, sizeBytes: number) => Uint8Array;

/** As the browser does it, which brings nothing of its own along that answers at once. */
const inflateByFflate: Inflate = (packed, sizeBytes) =>
  inflateSync(packed, { out: new Uint8Array(sizeBytes) });

/**
 * Unpacks a pack that somebody was sent: it may be anything. What it claims to hold is counted before
 * it is unpacked, and a name that occurs twice is refused, since readers differ on which counts.
 */
export function unpack(bytes: Uint8Array, inflate: Inflate = inflateByFflate): Unpacked {
  if (bytes.length > largestPackBytes) return { kind: 'none', because: tooLarge };
  let total = 0;
  const files = new Map<string, Uint8Array>();
  try {
    for (const { name, packed, isDeflated, sizeBytes } of zipEntries(bytes)) {
      total += sizeBytes;
      if (total > largestPackBytes || files.size >= mostFiles) throw new Refused(tooLarge);
      if (files.has(name)) throw new Refused(`is no evidence pack: it holds ${name} twice.`);
      if (!name.endsWith('/')) files.set(name, isDeflated ? inflate(packed, sizeBytes) : packed);
    }
    return { kind: 'files', files };
  } catch (error) {
    const because = error instanceof Refused ? error.message : 'is no zip file, or is damaged.';
    return { kind: 'none', because };
  }
}

const tooLarge = 'is too large for an evidence pack.';
