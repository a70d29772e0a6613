import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 as hash } from '@noble/hashes/sha2.js';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import type { Verify } from '#core/note.ts';
import type { Sha256 } from '#core/proof.ts';

// Not the browser's own: that has no ML-DSA, Ed25519 only in newer ones, and hashes only asynchronously.
// So every browser does the same, and the test in one of them speaks for all.

export const sha256: Sha256 = (...parts) => {
  const state = hash.create();
  for (const part of parts) state.update(part);
  return state.digest();
};

/** Whether a signature of a key of the record holds. */
export const verify: Verify = ({ type, publicKey }, message, signature) => {
  try {
    return type === 'mlDsa44'
      ? ml_dsa44.verify(signature, message, publicKey)
      : ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false; // of a length that no signature has
  }
};
