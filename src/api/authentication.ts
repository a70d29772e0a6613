import type { MiddlewareHandler } from 'hono';
import type { App } from '#app/app.ts';
import { authenticate } from '#app/users.ts';
import { Refusal } from './problems.ts';
import type { SignedIn } from './route.ts';

const challenge = { 'www-authenticate': 'Bearer realm="gatehouse"' };

/** Lets nobody through without a token that is good, and says who they are. */
export function requireToken(app: App): MiddlewareHandler<SignedIn> {
  return async (c, next) => {
    const token = bearerToken(c.req.header('authorization'));
    const caller = token === null ? null : await authenticate(app, token);
    if (!caller) {
      throw new Refusal(
        'unauthenticated',
        token === null
          ? 'Send a key of yours: "authorization: Bearer gate_…". ' +
              'The command line finds its own in the data directory.'
          : 'This key is not good: it is wrong, has run out or was revoked, ' +
              'or its user is disabled. Ask for a new one.',
        challenge,
      );
    }
    c.set('caller', caller);
    await next();
  };
}

/** The token in an `authorization` header; null: there is none. */
export function bearerToken(header: string | undefined): string | null {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}
