import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';

// A key is handed over as a key object: that bytes are none, Node finds out by errors that take three times as long.

export const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM: ciphertext, then the 16 bytes of its tag. A nonce must meet a key only once. */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  bound: Uint8Array,
  plain: Uint8Array,
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce).setAAD(bound);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Null when key, nonce, what it is bound to, or the bytes are not those that were encrypted. */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  bound: Uint8Array,
  sealed: Uint8Array,
): Buffer | null {
  if (sealed.length < tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), nonce, {
    authTagLength: tagBytes,
  });
  decipher.setAAD(bound).setAuthTag(sealed.subarray(-tagBytes));
  const plain = decipher.update(sealed.subarray(0, -tagBytes));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return null;
  }
}
