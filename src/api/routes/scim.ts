import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { App } from '#app/app.ts';
import { Problem } from '#app/problem.ts';
import { providerBehind } from '#app/provisioning.ts';
import { limitBody } from '../bodies.ts';
import { subscriberOf } from '../caller-address.ts';
import { problemFor, Refusal } from '../problems.ts';
import { countRequests, type RateLimit } from '../rate-limit.ts';
import type { Log } from '../request-log.ts';
import type { AnyRequest } from '../route.ts';
import { serveBulk } from '../scim/bulk.ts';
import { scimBodyBytes } from '../scim/discovery.ts';
import { badRequest, errorBody, ScimError } from '../scim/error.ts';
import { type Answered, notAllowed, queryFrom, serve } from '../scim/serve.ts';

export const scimPath = '/scim/:source/v2/*';
const mediaType = 'application/scim+json';

/** Entra ID wants to send 25 requests a second. */
const scimLimit: RateLimit = { requests: 3_000, windowMs: 60_000 };
/** Of one address, with a token that is good nowhere. */
const wrongTokenLimit: RateLimit = { requests: 60, windowMs: 60_000 };

/**
 * Where identity providers write: SCIM 2.0, described by itself under `/Schemas` rather than in our own API
 * document. Each source has its address and its token, and sees nothing but what it wrote.
 */
export function scimRoutes(
  root: OpenAPIHono<AnyRequest>,
  app: App,
  { log, publicUrl, nowMs }: { log: Log; publicUrl: string; nowMs: () => number },
): void {
  const countOf = countRequests(scimLimit, nowMs);
  const countWrong = countRequests(wrongTokenLimit, nowMs);
  const scim = new OpenAPIHono<AnyRequest>();

  scim.onError((error, c) => {
    if (error instanceof ScimError) return respond({ ...refused(error), headers: {} });
    const { response } = problemFor(error, c.get('requestId'));
    const headers = Object.fromEntries(response.headers);
    delete headers['content-type'];
    return respond({ ...refused(told(error, c)), headers });
  });

  /** What was not said in the words of SCIM; our own faults go to the log, and nowhere else. */
  function told(error: unknown, c: Context<AnyRequest>): ScimError {
    const requestId = c.get('requestId');
    const { response, expected } = problemFor(error, requestId);
    if (!expected) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log.error({ requestId, error: text }, 'a request failed');
    }
    const isOurs = error instanceof Refusal || error instanceof Problem;
    const detail = isOurs ? error.message : `It failed here; ask for ${requestId} in the log.`;
    return new ScimError(response.status, null, detail);
  }

  scim.use(limitBody(scimBodyBytes));
  scim.all('*', async (c) => {
    const url = new URL(c.req.url);
    const [, , source = '', , ...path] = url.pathname.split('/').map(decoded);
    const provider = await providerBehind(app, { source, headers: c.req.header() });
    if (!provider) {
      tooMany(countWrong(subscriberOf(c.env?.address ?? 'unknown')));
      log.warn({ source: source.slice(0, 63) }, 'a SCIM request without a token that is good');
      throw new Refusal('unauthenticated', 'This token is not good for this address.', {
        'www-authenticate': 'Bearer realm="gatehouse-scim"',
      });
    }
    tooMany(countOf(provider.id));

    const base = `${publicUrl}/scim/${provider.id}/v2`;
    const to = { app, provider, base };
    const { method } = c.req;
    const body = await bodyOf(c);
    if (path[0] === 'Bulk' && path.length === 1) {
      if (method !== 'POST') throw notAllowed('POST');
      return respond(await serveBulk(to, body, (error) => told(error, c)));
    }
    const { searchParams: given } = url;
    const names = (name: string) =>
      (given.get(name) ?? '').split(',').flatMap((it) => it.trim() || []);
    const query = queryFrom({
      filter: given.get('filter'),
      startIndex: given.get('startIndex'),
      count: given.get('count'),
      attributes: names('attributes'),
      excludedAttributes: names('excludedAttributes'),
    });
    return respond(
      await serve(to, {
        method,
        path: path.filter((it, i) => it !== '' || i < path.length - 1),
        query,
        body,
        ifMatch: c.req.header('if-match') ?? null,
        ifNoneMatch: c.req.header('if-none-match') ?? null,
      }),
    );
  });
  root.route('/scim/:source/v2', scim);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest('invalidSyntax', 'The address cannot be read.');
  }
}

function tooMany(seconds: number | null): void {
  if (seconds === null) return;
  throw new Refusal('too-many-requests', `Too many requests. Go on in ${seconds} s.`, {
    'retry-after': String(seconds),
  });
}

/** Undefined: there is none. */
async function bodyOf(c: Context): Promise<unknown> {
  if (!['POST', 'PUT', 'PATCH'].includes(c.req.method)) return undefined;
  const [type = ''] = (c.req.header('content-type') ?? '').split(';');
  if (![mediaType, 'application/json'].includes(type.trim().toLowerCase())) {
    throw new ScimError(415, null, `Send this as ${mediaType}.`);
  }
  try {
    const bytes = await c.req.arrayBuffer();
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badRequest('invalidSyntax', 'The body is not readable as JSON in UTF-8.');
  }
}

const refused = (error: ScimError) => ({ status: error.status, body: errorBody(error) });

const respond = ({ status, body, headers }: Answered): Response =>
  new Response(body === null ? null : JSON.stringify(body), {
    status,
    headers: { ...(body === null ? {} : { 'content-type': mediaType }), ...headers },
  });
