import type { Context, MiddlewareHandler } from 'hono';
import type { App, Caller } from '#app/app.ts';
import { callerInSession } from '#app/sessions.ts';
import { authenticate } from '#app/users.ts';
import { Refusal } from './problems.ts';
import type { SignedIn } from './route.ts';
import { demandOwnPage } from './same-origin.ts';
import { forgetSession, sessionSecret } from './session-cookie.ts';

const challenge = { 'www-authenticate': 'Bearer realm="gatehouse"' };

/**
 * A page that asks by itself says so with this header, and a stream of news is nobody at a keyboard either: being asked
 * so keeps no session alive.
 */
const isAttended = (c: Context): boolean =>
  c.req.header('gatehouse-unattended') === undefined &&
  c.req.header('accept') !== 'text/event-stream';

/** Lets nobody through without a key or a session that is good, and says who they are. */
export function requireCaller(app: App, publicUrl: string): MiddlewareHandler<SignedIn> {
  return async (c, next) => {
    const token = bearerToken(c.req.header('authorization'));
    const secret = sessionSecret(c);
    let caller: Caller | null = null;
    if (token !== null) {
      caller = await authenticate(app, token);
      if (!caller) throw new Refusal('unauthenticated', badToken, challenge);
    } else if (secret !== null) {
      demandOwnPage(c, publicUrl);
      caller = await callerInSession(app, secret, isAttended(c));
      if (!caller) {
        throw new Refusal('unauthenticated', 'Your session has ended. Sign in again.', {
          ...challenge,
          ...forgetSession,
        });
      }
    }
    if (!caller) throw new Refusal('unauthenticated', nothingSent, challenge);
    c.set('caller', caller);
    await next();
  };
}

const badToken =
  'This key is not good: it is wrong, has run out or was revoked, ' +
  'or its user is disabled. Ask for a new one.';
const nothingSent =
  'Sign in, or send a key of yours: "authorization: Bearer gate_…". ' +
  'The command line finds its own in the data directory.';

/** The token in an `authorization` header; null: there is none. */
function bearerToken(header: string | undefined): string | null {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}
