import { setTimeout as wait } from 'node:timers/promises';

/** Looks often at first, then less and less, so that a crowd that waits does not slow down what it waits for. */
const firstWaitMs = 5;
const longestWaitMs = 150;

/** A look that takes long, as on a busy machine, is taken less often: between two of them lies so many times as much. */
const restPerLook = 5;
const longestRestMs = 300;

/**
 * Waits until `look` answers something; a number is refused, since whether 0 is something nobody can tell.
 * Fails with the last thing seen, so that a red test tells what it saw. The limit is for what never happens,
 * not for what is slow: a loaded machine must not make a test fail.
 */
export async function until<T extends object | string | true>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { withinMs = 90_000, seen }: { withinMs?: number; seen?: () => unknown } = {},
): Promise<T> {
  const end = performance.now() + withinMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 1.3)) {
    const beganAt = performance.now();
    const found = await look();
    const restMs = Math.min(longestRestMs, restPerLook * (performance.now() - beganAt));
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > end) {
      const last = seen ? `; last seen: ${JSON.stringify(await seen(), null, 1)}` : '';
      throw new Error(`${what} did not happen within ${withinMs} ms${last}`);
    }
    await wait(Math.max(waitMs, restMs));
  }
}
