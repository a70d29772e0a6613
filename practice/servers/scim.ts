import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type NextFunction, type Request, type Response } from 'express';
import SCIMMY from 'scimmy';
import { SCIMMYRouters } from 'scimmy-routers';
import { type NewScimGroup, type NewScimUser, scimDirectory } from './scim-directory.ts';
import { type Equality, equalityIn } from './scim-query.ts';
import { bodyFor, queryFor, refusalOf, type ScimQuirks, showing, straight } from './scim-quirks.ts';
import { declareResources, type ScimContext } from './scim-resources.ts';

export type { NewScimGroup, NewScimUser, ScimQuirks };

/**
 * How the server behaves for the time being; a test changes it at any moment.
 *
 * - `down` answers 503.
 * - `lies` answers every change with success and changes nothing.
 * - `slow` carries a request out and answers `slowMs` later: the caller learns nothing in time.
 * - `rate-limited` answers 429 with `Retry-After: retryAfterSeconds`.
 * - an object is the answer to everything, such as the login page of a proxy.
 */
export type ScimBehaviour =
  | 'normal'
  | 'down'
  | 'lies'
  | 'slow'
  | 'rate-limited'
  | { readonly status: number; readonly type?: string; readonly body?: string };

export interface ScimServerOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** The bearer token that it accepts. */
  readonly token: string;
  readonly users?: Iterable<NewScimUser>;
  readonly groups?: Iterable<NewScimGroup>;
  readonly quirks?: Partial<ScimQuirks>;
}

export type ScimServer = Awaited<ReturnType<typeof startScimServer>>;

/**
 * Starts a SCIM 2.0 server on this machine, with its people in memory.
 *
 * The protocol is scimmy's. `users` and `groups` are what it truly holds, `effects` what
 * changed and when, `requests` what was asked of it. As many as wanted run side by side.
 */
export async function startScimServer(options: ScimServerOptions) {
  declareResources();
  const quirks: ScimQuirks = { ...straight, ...options.quirks };
  const closing = new AbortController();
  const requests: { at: Date; method: string; path: string; status: number | null }[] = [];
  const hooks = {
    behaviour: 'normal' as ScimBehaviour,
    /** Which requests the behaviour is for; all others are answered as usual. */
    affects: (_method: string, _path: string): boolean => true,
    /** Added to every answer. */
    latencyMs: 0,
    /** How much later than it happens a change shows to whoever reads. */
    lateMs: 0,
    slowMs: 60_000,
    retryAfterSeconds: 7,
  };
  const directory = scimDirectory(options.users, options.groups, () => hooks.lateMs);

  const app = express().disable('x-powered-by').disable('etag');
  app.use((request, response, next) => {
    const entry: (typeof requests)[number] = {
      at: new Date(),
      method: request.method,
      path: request.originalUrl,
      status: null,
    };
    requests.push(entry);
    response.on('finish', () => {
      entry.status = response.statusCode;
    });
    const isSlow = () => behaviourTowards(request) === 'slow';
    answerLater(response, () => hooks.latencyMs + (isSlow() ? hooks.slowMs : 0));
    misbehave(request, response, next);
  });
  app.use(express.json({ type: ['application/json', 'application/scim+json'], limit: '2mb' }));
  app.use((request, response, next) => haveQuirks(quirks, request, response, next));
  app.use(
    '/scim/v2',
    new SCIMMYRouters({
      type: 'bearer',
      context: (request): ScimContext => ({
        // Only reading is late: a change starts from what is there.
        directory: request.method === 'GET' ? directory.shown() : directory,
        quirks,
        equality: equalityFor(quirks, request),
      }),
      handler: (request) => {
        if (request.header('authorization') !== `Bearer ${options.token}`) {
          throw new Error('This token is not valid');
        }
        return 'gatehouse';
      },
    }),
  );

  function behaviourTowards({ method, originalUrl }: Request): ScimBehaviour {
    return hooks.affects(method, originalUrl) ? hooks.behaviour : 'normal';
  }

  function misbehave(request: Request, response: Response, next: NextFunction) {
    const behaviour = behaviourTowards(request);
    if (typeof behaviour === 'object') {
      response.status(behaviour.status).type(behaviour.type ?? 'text/plain');
      response.end(behaviour.body ?? '');
    } else if (behaviour === 'down') {
      response.status(503).type('text/plain').end('Closed for the night');
    } else if (behaviour === 'rate-limited') {
      response.status(429).set('retry-after', String(hooks.retryAfterSeconds)).end();
    } else if (behaviour === 'lies' && request.method !== 'GET') {
      if (request.method === 'DELETE') response.status(204).end();
      else response.status(200).type('application/scim+json').end('{"schemas":[]}');
    } else next();
  }

  function answerLater(response: Response, waitMs: () => number) {
    const end = response.end.bind(response);
    response.end = (...answer: unknown[]) => {
      const answerNow = () => Reflect.apply(end, response, answer);
      const wait = waitMs();
      if (wait === 0) answerNow();
      else delay(wait, null, { signal: closing.signal }).then(answerNow, () => response.destroy());
      return response;
    };
  }

  const server = createServer(app);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return Object.assign(hooks, {
    /** What an administrator enters as the SCIM base address. */
    url: `http://127.0.0.1:${port}/scim/v2`,
    users: directory.users,
    groups: directory.groups,
    effects: directory.effects,
    requests,
    async close() {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  });
}

function haveQuirks(
  quirks: ScimQuirks,
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  const refusal = refusalOf(quirks, request);
  if (refusal) {
    const { status, scimType, detail } = refusal;
    const error = new SCIMMY.Types.Error(status, scimType, detail);
    response.status(status).type('application/scim+json');
    response.end(JSON.stringify(new SCIMMY.Messages.ErrorResponse(error)));
    return;
  }
  // Express 5 parses the query anew at every look; scimmy-routers wants to correct it in place.
  Object.defineProperty(request, 'query', { value: queryFor(quirks, request) });
  request.body = bodyFor(quirks, request.body);
  const send = response.json.bind(response);
  response.json = (body: unknown) => send(showing(quirks, request.path, body));
  next();
}

function equalityFor({ filters }: ScimQuirks, request: Request): Equality | null {
  const filter = new URL(request.originalUrl, 'http://127.0.0.1').searchParams.get('filter');
  if (filters === 'blind' && filter !== null) return { path: 'id', value: '' };
  return filters === 'work' ? equalityIn(filter) : null;
}
