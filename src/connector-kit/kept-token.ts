import { createHash } from 'node:crypto';
import type { Authorization } from './http.ts';

/** What a system lets us in by for a while. */
export interface AccessToken {
  readonly value: string;
  /** How long it lasts from when it was asked for. */
  readonly lifetimeMs: number;
}

interface Kept {
  readonly token: Promise<AccessToken>;
  /** By `performance.now()`; infinite while it is asked for. */
  freshUntilMs: number;
}

/**
 * Access tokens of this process, by a digest of everything that they were asked with: a client is opened for
 * each pass, and a token for each would be one more request before every other. In memory only.
 */
const known = new Map<string, Kept>();

/** As a process that has just started. For tests: what one of them was given must not help another. */
export const forgetTokens = (): void => known.clear();

/** So much before its end a token counts as used up: the request has to arrive, too. */
const earlyMs = 60_000;

/**
 * Signs requests with a token that is kept for as long as it lasts, and asked for anew once when it is refused
 * before that. `asked` is everything it is asked with, so that nobody gets the token of another.
 */
export function keptToken<Token extends AccessToken>(
  asked: unknown,
  ask: () => Promise<Token>,
): Authorization & { token(): Promise<Token> } {
  const name = createHash('sha256').update(JSON.stringify(asked)).digest('base64');

  function token(): Promise<Token> {
    const now = performance.now();
    for (const [other, { freshUntilMs }] of known) if (freshUntilMs <= now) known.delete(other);
    const kept = known.get(name);
    // What lies under a digest of the request came from the same request.
    if (kept) return kept.token as Promise<Token>;
    const answer = ask();
    const entry: Kept = { token: answer, freshUntilMs: Number.POSITIVE_INFINITY };
    known.set(name, entry);
    answer.then(
      ({ lifetimeMs }) => {
        entry.freshUntilMs = performance.now() + Math.max(lifetimeMs - earlyMs, lifetimeMs / 2);
      },
      () => {
        // A refusal is not kept: the next pass asks again.
        if (known.get(name) === entry) known.delete(name);
      },
    );
    return answer;
  }

  return {
    token,
    header: async () => `Bearer ${(await token()).value}`,
    async renew() {
      known.delete(name);
    },
  };
}
