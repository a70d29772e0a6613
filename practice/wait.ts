import { setTimeout as wait } from 'node:timers/promises';

/** Something that should have been so and was not: what the practice company ends with, code 1. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
  readonly expected: string;
  readonly found: string;

  constructor(expected: string, found: string) {
    super(`expected ${expected}; found ${found}`);
    this.expected = expected;
    this.found = found;
  }
}

export function expectThat(holds: boolean, expected: string, found: () => string): void {
  if (!holds) throw new Unmet(expected, found());
}

/** Between two looks, in milliseconds: below what the API allows one key in a minute. */
const lookEveryMs = 220;

/** A search may be asked for less often: each look waits half as long again as the one before, up to this. */
const searchEveryMs = 4_000;

/** Looks until there is an answer that is not null. Throws Unmet when there is none in time. */
export async function waitFor<T>(
  expected: string,
  look: () => Promise<T | null> | T | null,
  it: {
    readonly withinMs: number;
    readonly found: () => string;
    readonly signal: AbortSignal;
    readonly isSearch?: true;
  },
): Promise<T> {
  const end = performance.now() + it.withinMs;
  let everyMs = lookEveryMs;
  for (;;) {
    it.signal.throwIfAborted();
    const answer = await look();
    if (answer !== null) return answer;
    if (performance.now() > end) {
      throw new Unmet(`${expected} within ${Math.round(it.withinMs / 1_000)} s`, it.found());
    }
    await wait(everyMs, undefined, { signal: it.signal });
    if (it.isSearch) everyMs = Math.min(searchEveryMs, everyMs * 1.5);
  }
}
