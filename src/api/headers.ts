import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { AnyRequest } from './route.ts';

/** What an answer may say itself. */
const ownHeaders = new Set(['content-security-policy', 'cache-control']);

/** Gives each request an id, which answer and log share, and each answer its protecting headers. */
export function protect(publicUrl: string): MiddlewareHandler<AnyRequest> {
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // A browser that has seen this never asks without TLS again: only where there is TLS.
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
  return async (c, next) => {
    const requestId = randomUUID();
    c.set('requestId', requestId);
    await next();
    c.res.headers.set('x-request-id', requestId);
    for (const [name, value] of Object.entries(headers)) {
      // Pages bring a policy of their own, for their styles and forms; files that never change may be kept.
      const isOwn = ownHeaders.has(name) && c.res.headers.has(name);
      if (!isOwn) c.res.headers.set(name, value);
    }
  };
}
