import type { Failure } from '#core/failure.ts';

/**
 * GitHub says "too often" with 403 as well as with 429. Told apart here, so that nobody looks for a missing
 * permission. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export const tellingTooOften =
  (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const response = await fetch(input, init);
    const { status, headers } = response;
    const isTooOften =
      status === 403 &&
      (headers.get('x-ratelimit-remaining') === '0' || headers.has('retry-after'));
    return isTooOften ? new Response(response.body, { status: 429, headers }) : response;
  };

/** As long as GitHub says, or until the moment it names, in epoch seconds; else a minute. */
export function howLong({ headers }: Response, now: Date): number {
  const seconds = Number(headers.get('retry-after'));
  if (seconds > 0) return seconds * 1_000;
  const resetAtMs = Number(headers.get('x-ratelimit-reset')) * 1_000;
  const isOver = headers.get('x-ratelimit-remaining') === '0' && resetAtMs > 0;
  return isOver ? Math.max(1_000, resetAtMs - now.getTime()) : 60_000;
}

/** GraphQL answers 200, whatever happens. */
export function failureIn(body: unknown): Failure | null {
  const [error] = errorsIn(body);
  if (!error) return null;
  const detail = `GraphQL: ${error.message}`.slice(0, 300);
  switch (error.type) {
    case 'RATE_LIMITED':
      return { kind: 'rate-limited', detail, retryAfterMs: 60_000 };
    case 'FORBIDDEN':
    case 'INSUFFICIENT_SCOPES':
      return { kind: 'forbidden', detail };
    case 'NOT_FOUND':
      return { kind: 'not-found', detail };
    default:
      return { kind: 'unexpected', detail };
  }
}

function errorsIn(body: unknown): readonly { type: string; message: string }[] {
  if (typeof body !== 'object' || body === null || !('errors' in body)) return [];
  const errors: readonly unknown[] = Array.isArray(body.errors) ? body.errors : [];
  return errors.map((it) => {
    const isObject = typeof it === 'object' && it !== null;
    return {
      type: isObject && 'type' in it ? String(it.type) : '',
      message: isObject && 'message' in it ? String(it.message) : 'an error',
    };
  });
}
