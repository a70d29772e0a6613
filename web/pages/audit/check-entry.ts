import type { Seal } from '#api/contract/seal.ts';
import { isSignedBy, keysFor, signersBy } from '#core/cosigned.ts';
import { inclusionIn } from '#core/inclusion.ts';
import { hex, NoteProblem, readCheckpoint, readNote, type Verify } from '#core/note.ts';
import { leafHash, type Sha256 } from '#core/proof.ts';
import { proofLines } from '#core/tlog-proof.ts';
import { unpack } from '#core/unpack.ts';

/** What the check of one entry came to. */
export type EntryVerdict =
  | { readonly holds: true; readonly size: number; readonly keys: readonly string[] }
  | { readonly holds: false; readonly why: 'proof' | 'signature' | 'inclusion' | 'another' };

/**
 * Checks that one entry is in the signed tree, by the very files that its reader is handed for checking it without us.
 * `shown`: the hash of what the page shows, hex.
 */
export async function checkEntry(
  zip: Uint8Array,
  it: { readonly index: number; readonly shown: string; readonly trust: Seal['trust'] },
  crypto: { readonly sha256: Sha256; readonly verify: Verify },
): Promise<EntryVerdict> {
  const found = unpack(zip);
  const leaf = found.kind === 'files' && found.files.get(`${it.index}.json`);
  const proof = found.kind === 'files' && found.files.get(`${it.index}.tlog-proof`);
  if (!leaf || !proof) return { holds: false, why: 'proof' };
  const hash = leafHash(crypto.sha256, leaf);
  if (hex(hash) !== it.shown) return { holds: false, why: 'another' };
  try {
    const { index, lines, checkpoint: note } = proofLines(new TextDecoder().decode(proof));
    const read = readNote(note);
    const checkpoint = readCheckpoint(read.body);
    const keys = keysFor(it.trust, checkpoint);
    const { signed } = await signersBy(read, keys, it.trust, crypto);
    if (!isSignedBy(checkpoint.origin, signed)) return { holds: false, why: 'signature' };
    const leads = inclusionIn(checkpoint, crypto.sha256)({ index, leafHash: hash }, lines);
    if (index !== it.index || !leads) return { holds: false, why: 'inclusion' };
    return { holds: true, size: checkpoint.size, keys };
  } catch (error) {
    if (error instanceof NoteProblem) return { holds: false, why: 'signature' };
    throw error;
  }
}
