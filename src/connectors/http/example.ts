import type { Io } from '#connector-kit/contract.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { openClient } from './client.ts';
import type { Json } from './pointer.ts';
import { type Settings, settings } from './settings.ts';

/** A small valid description, for tests that change one thing. */
export const example = {
  address: 'https://badge.example/api',
  secret: 'a-long-secret-token',
  knownAccount: { id: 'svc', email: 'svc@acme.test' },
  description: {
    system: 'Badge Desk',
    signIn: { kind: 'bearer' },
    check: { request: { method: 'GET', path: '/me' }, actingAs: '/login' },
    account: {
      id: '/id',
      login: '/login',
      status: { at: '/state', values: { true: 'active', blocked: 'suspended' } },
      privileged: { at: '/roles', isOneOf: ['admin'] },
      lastSeenAt: '/seen',
    },
    find: {
      request: { method: 'GET', path: '/users', query: { email: '{person.email}' } },
      items: '/users',
      paging: { kind: 'none' },
      match: { at: '/email', equals: 'person.email' },
    },
    list: {
      request: { method: 'GET', path: '/users' },
      items: '/users',
      paging: { kind: 'none' },
    },
    capabilities: {
      'account.suspend': {
        read: {
          request: { method: 'GET', path: '/users/{account.id}' },
          facts: { state: '/state' },
        },
        goal: { all: [{ fact: 'state', equals: 'blocked' }] },
        apply: [{ method: 'POST', path: '/users/{account.id}/block' }],
      },
    },
  },
} as const;

/** A copy with the value at `path` replaced, or taken out when it is undefined. */
export function changed(
  path: readonly (string | number)[],
  value: Json | undefined,
  from: unknown = example,
): unknown {
  const copy: unknown = structuredClone(from);
  const [last = '', ...way] = path.toReversed();
  let place = copy as Record<string | number, unknown>;
  for (const step of way.toReversed()) {
    place[step] ??= {};
    place = place[step] as Record<string | number, unknown>;
  }
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}

export const settingsWith = (
  path: readonly (string | number)[],
  value: Json | undefined,
): Settings => settings.parse(changed(path, value));

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A client of a system that gives these answers, one after the other, and what it was sent. */
export function clientOf(settings: Settings, ...answers: (Response | Error)[]) {
  const sent: Sent[] = [];
  const io: Io = {
    now: () => new Date('2030-01-01T00:00:00Z'),
    ca: null,
    address: () => Promise.reject(new Error('Only HTTP is spoken here')),
    async fetch(input, init) {
      const request = new Request(input, init);
      const { method, url, headers } = request;
      sent.push({ method, url, headers, body: await request.text() });
      const answer = answers.shift();
      if (answer instanceof Response) return answer;
      throw answer ?? new Error(`Nobody expected ${method} ${url}`);
    },
  };
  return { client: openClient(settings, io), sent };
}

export const json = (body: unknown, init?: ResponseInit) => Response.json(body, init);

/** The failure that a promise ends with. */
export async function failureOf(ending: Promise<unknown>): Promise<Failure> {
  const error = await ending.then(
    () => null,
    (it: unknown) => it,
  );
  if (error instanceof ConnectorError) return error.failure;
  throw error ?? new Error('It ended well, and should not have');
}
