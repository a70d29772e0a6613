import type { MiddlewareHandler } from 'hono';
import { bearerToken } from './authentication.ts';
import { Refusal } from './problems.ts';
import type { SignedIn } from './route.ts';

export interface RateLimit {
  /** Requests of one token in one window. */
  readonly requests: number;
  readonly windowMs: number;
}

const minuteMs = 60_000;
export const apiLimit: RateLimit = { requests: 300, windowMs: minuteMs };
export const searchLimit: RateLimit = { requests: 60, windowMs: minuteMs };
export const exportLimit: RateLimit = { requests: 10, windowMs: 60 * minuteMs };

/**
 * Counts the requests of each token, and refuses those above the limit. Counted in this
 * process: several web processes allow as many times more, and a restart forgets.
 *
 * `nowMs` only ever grows; where it begins does not matter.
 */
export function limitRate(
  { requests, windowMs }: RateLimit,
  nowMs: () => number,
): MiddlewareHandler<SignedIn> {
  const windows = new Map<string, { readonly endsMs: number; count: number }>();
  return async (c, next) => {
    const now = nowMs();
    // The id within the token; only tokens that are good get here, so there are few.
    const token = bearerToken(c.req.header('authorization'))?.slice(0, 13) ?? '';
    let window = windows.get(token);
    if (!window || window.endsMs <= now) {
      for (const [other, { endsMs }] of windows) if (endsMs <= now) windows.delete(other);
      window = { endsMs: now + windowMs, count: 0 };
      windows.set(token, window);
    }
    window.count += 1;
    if (window.count > requests) {
      const seconds = Math.ceil((window.endsMs - now) / 1_000);
      throw new Refusal(
        'too-many-requests',
        `More than ${requests} requests with this key in ${windowMs / minuteMs} min. ` +
          `Go on in ${seconds} s.`,
        { 'retry-after': String(seconds) },
      );
    }
    await next();
  };
}
