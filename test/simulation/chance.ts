/** Everything that a history leaves to chance, from one seed. The same seed gives the same history. */
export interface Chance {
  /** From 0 to below 1. */
  next(): number;
  /** From `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True so often out of 1. */
  is(share: number): boolean;
  pick<T>(all: readonly T[]): T;
  /** Bytes that look random. */
  fill(bytes: Uint8Array): void;
}

/** The generator sfc32: 128 bits of state, all of it from the seed. */
export function chanceFrom(seed: number): Chance {
  let [a, b, c, d] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0x9e3779b9 | 0, 1];
  const word = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 16; i++) word();

  const next = () => word() / 2 ** 32;
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    is: (share) => next() < share,
    pick: (all) => all[Math.floor(next() * all.length)]!,
    fill(bytes) {
      for (let i = 0; i < bytes.length; i++) bytes[i] = word() & 255;
    },
  };
}
