import { setTimeout as wait } from 'node:timers/promises';

/**
 * Waits until `look` answers something that is neither undefined, null nor false. Fails with the
 * last thing seen, so that a red test tells what it saw.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { withinMs = 15_000, seen }: { withinMs?: number; seen?: () => unknown } = {},
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > end) {
      const last = seen ? `; last seen: ${JSON.stringify(await seen(), null, 1)}` : '';
      throw new Error(`${what} did not happen within ${withinMs} ms${last}`);
    }
    await wait(20);
  }
}
