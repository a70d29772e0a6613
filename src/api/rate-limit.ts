import type { MiddlewareHandler } from 'hono';
import { Refusal } from './problems.ts';
import type { SignedIn } from './route.ts';

export interface RateLimit {
  /** Requests of one key or session in one window. */
  readonly requests: number;
  readonly windowMs: number;
}

const minuteMs = 60_000;
export const apiLimit: RateLimit = { requests: 300, windowMs: minuteMs };
export const searchLimit: RateLimit = { requests: 60, windowMs: minuteMs };
export const exportLimit: RateLimit = { requests: 10, windowMs: 60 * minuteMs };

/**
 * Counts requests by whoever sends them; says how many seconds somebody above the limit has to wait. Counted in
 * this process: several web processes allow as many times more, and a restart forgets.
 *
 * `nowMs` only ever grows; where it begins does not matter.
 */
export function countRequests(
  { requests, windowMs }: RateLimit,
  nowMs: () => number,
): (sender: string) => number | null {
  const windows = new Map<string, { readonly endsMs: number; count: number }>();
  return (sender) => {
    const now = nowMs();
    let window = windows.get(sender);
    if (!window || window.endsMs <= now) {
      windows.delete(sender);
      // They stand in the order in which they end.
      for (const [other, { endsMs }] of windows) {
        if (endsMs > now) break;
        windows.delete(other);
      }
      window = { endsMs: now + windowMs, count: 0 };
      windows.set(sender, window);
    }
    window.count += 1;
    return window.count > requests ? Math.ceil((window.endsMs - now) / 1_000) : null;
  };
}

/** Refuses the requests of a key or a session above the limit, counted by {@link countRequests}. */
export function limitRate(limit: RateLimit, nowMs: () => number): MiddlewareHandler<SignedIn> {
  const count = countRequests(limit, nowMs);
  return async (c, next) => {
    // Only keys and sessions that are good get here, so there are few.
    const { with: came, user } = c.get('caller');
    const seconds = count(came ? `${came.kind} ${came.id}` : user.id);
    if (seconds !== null) {
      throw new Refusal(
        'too-many-requests',
        `More than ${limit.requests} requests with this ${came?.kind === 'session' ? 'session' : 'key'} in ${limit.windowMs / minuteMs} min. ` +
          `Go on in ${seconds} s.`,
        { 'retry-after': String(seconds) },
      );
    }
    await next();
  };
}
