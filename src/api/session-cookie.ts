import type { Context } from 'hono';
import { deleteCookie, generateCookie, getCookie, setCookie } from 'hono/cookie';

/** `__Host-`: no other host, and no page without TLS, can set it. Browsers count this machine as having TLS. */
const options = {
  prefix: 'host',
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Lax',
} as const;
const name = 'gate';

/** The secret of the session that a browser sends; null: it sends none. */
export const sessionSecret = (c: Context): string | null => getCookie(c, name, 'host') ?? null;

/** Hands a browser the secret of its session; it forgets it when it closes. */
export function giveSession(c: Context, secret: string): void {
  setCookie(c, name, secret, options);
}

/** What makes a browser forget a session that has ended, beside an error. */
export const forgetSession = { 'set-cookie': generateCookie(name, '', { ...options, maxAge: 0 }) };

export function takeSessionBack(c: Context): void {
  deleteCookie(c, name, options);
}

/** What a browser holds while it is at the identity provider: only where a sign-in began, it ends. */
const underWayName = 'gate-sign-in';

export const underWay = (c: Context): string | null => getCookie(c, underWayName, 'host') ?? null;

export function giveUnderWay(c: Context, secret: string): void {
  setCookie(c, underWayName, secret, { ...options, maxAge: 600 });
}

export function takeUnderWayBack(c: Context): void {
  deleteCookie(c, underWayName, options);
}
