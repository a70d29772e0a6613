import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Answer,
  type Ask,
  answerTo,
  type SystemTicket,
  type SystemUser,
} from './http-system-api.ts';

export type { SystemTicket, SystemUser };

/** A person as a test or the practice company enters one; all but the e-mail has a default. */
export type NewSystemUser = Partial<SystemUser> & { readonly email: string };

/**
 * How it tells success from failure.
 *
 * - `plain`: by the status, as one would hope.
 * - `always-200`: it says no with 200 as well; the body has `{ "ok": false, "error": "…" }`.
 * - `liar`: like plain, and starts with the behaviour `lies`.
 */
export type HttpSystemStyle = 'plain' | 'always-200' | 'liar';

/**
 * How it behaves for the time being; a test changes it at any moment.
 *
 * - `down` answers 503.
 * - `hangs up` carries a request out and closes the line without an answer.
 * - `slow` carries a request out and answers `slowMs` later.
 * - `lies` answers every change with success and changes nothing.
 * - `rate-limited` answers 429 with `Retry-After: retryAfterSeconds`.
 */
export type HttpSystemBehaviour = 'normal' | 'down' | 'hangs up' | 'slow' | 'lies' | 'rate-limited';

export interface HttpSystemOptions {
  /** What people call it, for example Badge Desk. */
  readonly name: string;
  readonly users: Iterable<NewSystemUser>;
  /** Default: plain. */
  readonly style?: HttpSystemStyle;
  /** Default: any free port. */
  readonly port?: number;
  /** The bearer token that it accepts. */
  readonly token?: string;
  /** How many users one page of a list holds. Default: 100. */
  readonly pageSize?: number;
}

export type HttpSystem = Awaited<ReturnType<typeof startHttpSystem>>;

const mostBodyBytes = 100_000;

/**
 * Starts a small business system with a JSON API of its own on this machine, to be reached
 * with the connector that is described and not programmed. What it offers: http-system-api.ts.
 *
 * `users` and `tickets` are what it truly holds, `effects` what changed and when, `requests` what was asked.
 */
export async function startHttpSystem(options: HttpSystemOptions) {
  const { name, style = 'plain', token = 'practice-token', pageSize = 100 } = options;
  const users = new Map<string, SystemUser>();
  for (const given of options.users) {
    const user = completed(given, users.size + 1);
    users.set(user.id, user);
  }
  const tickets = new Map<string, SystemTicket>();
  const effects: { at: Date; id: string; what: string }[] = [];
  const requests: { at: Date; method: string; path: string; status: number | null }[] = [];
  const closing = new AbortController();
  /** What was there until a user's last change. */
  const earlier = new Map<string, { user: SystemUser; untilMs: number }>();
  const hooks = {
    /** How much later than it happens a change of a user shows to whoever reads. */
    lateMs: 0,
    behaviour: (style === 'liar' ? 'lies' : 'normal') as HttpSystemBehaviour,
    /** Which requests the behaviour is for; all others are answered as usual. */
    affects: (_method: string, _path: string): boolean => true,
    slowMs: 60_000,
    retryAfterSeconds: 7,
  };

  /** Being out of order has no style: `down` and `rate-limited` always show in the status. */
  function answerBy(ask: Ask, behaviour: HttpSystemBehaviour): Answer {
    if (behaviour === 'down') return { status: 503, body: { error: 'maintenance' } };
    if (behaviour === 'rate-limited') {
      const headers = { 'retry-after': String(hooks.retryAfterSeconds) };
      return { status: 429, body: { error: 'too_many_requests' }, headers };
    }
    const pretend = behaviour === 'lies';
    const answer = answerTo(ask, {
      users: ask.method === 'GET' ? shownUsers() : users,
      tickets,
      token,
      pageSize,
      // A liar goes through all the motions on a copy.
      change: (user, what, act) => {
        if (pretend) return act(structuredClone(user));
        remember(user);
        act(user);
        effects.push({ at: new Date(), id: user.id, what });
      },
      keep: (ticket) => {
        if (pretend) return;
        const isNew = !tickets.has(ticket.id);
        tickets.set(ticket.id, ticket);
        effects.push({
          at: new Date(),
          id: ticket.id,
          what: isNew ? 'ticket made' : 'ticket changed',
        });
      },
      remove: (user) => {
        if (pretend) return;
        remember(user);
        users.delete(user.id);
        effects.push({ at: new Date(), id: user.id, what: 'deleted' });
      },
    });
    return style === 'always-200' ? inDisguise(answer) : answer;
  }

  function remember(user: SystemUser): void {
    if (hooks.lateMs === 0) return;
    earlier.set(user.id, { user: structuredClone(user), untilMs: performance.now() });
  }

  /** The users as readers see them. */
  function shownUsers(): ReadonlyMap<string, SystemUser> {
    const sinceMs = performance.now() - hooks.lateMs;
    const stale = [...earlier].filter(([, { untilMs }]) => untilMs > sinceMs);
    if (stale.length === 0) return users;
    return new Map([...users, ...stale.map(([id, { user }]) => [id, user] as const)]);
  }

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url = '/' } = request;
    const entry: (typeof requests)[number] = { at: new Date(), method, path: url, status: null };
    requests.push(entry);

    const body = await bodyOf(request);
    const { authorization } = request.headers;
    const behaviour = hooks.affects(method, url) ? hooks.behaviour : 'normal';
    const ask = { method, url: new URL(url, 'http://system'), authorization, body };
    const answer = answerBy(ask, behaviour);
    if (behaviour === 'hangs up') {
      response.destroy();
      return;
    }
    if (behaviour === 'slow') await delay(hooks.slowMs, null, { signal: closing.signal });

    entry.status = answer.status;
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy()); // cut off: the caller or we have gone
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return Object.assign(hooks, {
    name,
    host: '127.0.0.1',
    port,
    /** What an administrator enters as the address. */
    url: `http://127.0.0.1:${port}/api`,
    token,
    users,
    tickets,
    effects,
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

function completed(given: NewSystemUser, number: number): SystemUser {
  const id = given.id ?? `u-${number}`;
  return {
    employeeNumber: null,
    login: given.email.split('@')[0] ?? given.email,
    name: given.email,
    status: 'active',
    role: 'member',
    ...given,
    id,
    sessions: [...(given.sessions ?? [])],
  };
}

/** Success or not, the status is 200; only the body tells. */
function inDisguise({ status, body, headers }: Answer): Answer {
  if (status >= 400) return { status: 200, body: { ok: false, ...Object(body) } };
  const isPlain = typeof body !== 'object' || body === null;
  return { status: 200, body: isPlain ? (body ?? { ok: true }) : { ok: true, ...body }, headers };
}

/** JSON or a form, whichever was sent. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > mostBodyBytes) throw new Error('This body is too long');
  }
  if (text === '') return undefined;
  if (request.headers['content-type'] === 'application/x-www-form-urlencoded') {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
