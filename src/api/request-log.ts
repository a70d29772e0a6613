import type { MiddlewareHandler } from 'hono';
import type { AnyRequest } from './route.ts';

/** Where the server tells what it does; pino is one. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The link of a survey or a task is all that it takes to answer it. */
const withoutToken = (path: string): string => path.replace(/^\/(survey|task)\/.*$/s, '/$1/…');

/** One line for each request: ids only, since queries and bodies name people. */
export function logRequests(log: Log, nowMs: () => number): MiddlewareHandler<AnyRequest> {
  return async (c, next) => {
    const startMs = nowMs();
    await next();
    log.info(
      {
        requestId: c.get('requestId'),
        method: c.req.method,
        path: withoutToken(c.req.path),
        status: c.res.status,
        ms: Math.round(nowMs() - startMs),
      },
      'request',
    );
  };
}
