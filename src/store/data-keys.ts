import { randomBytes, randomUUID } from 'node:crypto';
import { openBlob, sealBlob } from './envelope.ts';
import { type KeyCacheOptions, openKeyCache } from './key-cache.ts';
import type { Keyring, Purpose } from './keys.ts';

/** A secret as it lies in the database, with the data key that was made for it. */
export interface SealedSecret {
  readonly dekId: string;
  readonly kekId: string;
  readonly wrapped: Buffer;
  readonly blob: Buffer;
}

export type DataKeys = ReturnType<typeof openDataKeys>;

/** Seals each secret under a data key of its own, so that no nonce ever meets a key twice. */
export function openDataKeys(keyring: Keyring, options: KeyCacheOptions) {
  const remembered = openKeyCache(options);

  /** The bytes that were wrapped under the key of `purpose`, known by `id`. */
  const unwrap = (purpose: Purpose, id: string, wrapped: Uint8Array): Promise<Buffer> =>
    remembered(id, () => keyring.unwrap(purpose, id, wrapped));

  return {
    unwrap,

    async seal(purpose: Purpose, place: string, secret: string): Promise<SealedSecret> {
      const dataKey = { id: randomUUID(), bytes: randomBytes(32) };
      const { kekId, wrapped } = await keyring.wrap(purpose, dataKey.id, dataKey.bytes);
      const blob = sealBlob(dataKey, place, Buffer.from(secret));
      return { dekId: dataKey.id, kekId, wrapped, blob };
    },

    /** Null when the secret belongs elsewhere or was changed. */
    async open(
      purpose: Purpose,
      place: string,
      sealed: Omit<SealedSecret, 'kekId'>,
    ): Promise<string | null> {
      const bytes = await unwrap(purpose, sealed.dekId, sealed.wrapped);
      return openBlob({ id: sealed.dekId, bytes }, place, sealed.blob)?.toString() ?? null;
    },
  };
}
