import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { giveKeyBackOf, judgeKey, keepAnswer } from '#app/idempotency.ts';
import { Refusal } from './problems.ts';
import type { SignedIn } from './route.ts';

/** An answer as it is kept; its text goes out again byte for byte. */
const KeptAnswer = z.object({
  contentType: z.string().nullable(),
  location: z.string().nullable(),
  text: z.string(),
});

/**
 * Acts that carry an `idempotency-key` are carried out once: the same request gets the same
 * answer again, another request with that key is refused, and so is one that comes while
 * the first is under way. Faults of ours are not kept, so that trying again can help.
 */
export function carryOutOnce(app: App): MiddlewareHandler<SignedIn> {
  return async (c, next) => {
    const key = c.req.header('idempotency-key');
    if (c.req.method !== 'POST' || key === undefined) return next();
    if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
      throw new Refusal('not-readable', 'An idempotency-key has 1 to 255 printable characters.');
    }
    const caller = c.get('caller');
    const verdict = await judgeKey(app, caller, { key, fingerprint: await fingerprintOf(c) });
    switch (verdict.kind) {
      case 'another request':
        throw new Refusal(
          'not-readable',
          'This idempotency-key was used for another request. Use a new one for each act.',
        );
      case 'underway':
        throw new Refusal(
          'not-possible',
          'The first request with this idempotency-key is still being carried out. Ask again soon.',
          { 'retry-after': '1' },
        );
      case 'answered': {
        const { contentType, location, text } = KeptAnswer.parse(verdict.body);
        return new Response(verdict.status === 204 ? null : text, {
          status: verdict.status,
          headers: {
            ...(contentType ? { 'content-type': contentType } : {}),
            ...(location ? { location } : {}),
            'idempotency-replayed': 'true',
          },
        });
      }
      case 'carry out':
        break;
    }

    await next();
    if (c.res.status >= 500) return giveKeyBackOf(app, caller, key);
    await keepAnswer(app, caller, {
      key,
      status: c.res.status,
      body: {
        contentType: c.res.headers.get('content-type'),
        location: c.res.headers.get('location'),
        text: await c.res.clone().text(),
      },
    });
  };
}

async function fingerprintOf(c: Context): Promise<string> {
  const { pathname, search } = new URL(c.req.url);
  return createHash('sha256')
    .update(`${c.req.method} ${pathname}${search}\n${c.req.header('content-type') ?? ''}\n`)
    .update(new Uint8Array(await c.req.arrayBuffer()))
    .digest('base64url');
}
