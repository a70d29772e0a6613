import { randomFillSync } from 'node:crypto';
import { ulid } from 'ulid';

// Asking the system for a few bytes at a time, as each fact would, costs more than the fact itself.

const store = Buffer.alloc(16_384);
let used = store.length;

/** Cryptographically random bytes; none is given out twice. */
export function randomBytes(size: number): Buffer {
  if (size > store.length - used) {
    randomFillSync(store);
    used = 0;
  }
  const bytes = Buffer.from(store.subarray(used, used + size));
  store.fill(0, used, used + size);
  used += size;
  return bytes;
}

/** A new id for anything we keep: a ULID, which sorts by the time it was made. */
export const newId = (): string => ulid(undefined, () => randomBytes(1)[0]! / 256);
