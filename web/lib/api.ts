import type { ProblemDocument } from '#api/contract/problem.ts';

const base = '/api/v1';

/** An answer of the server that is not the wanted one, in its own words. */
export class ApiProblem extends Error {
  /** The kind of problem: the last part of its type, such as `not-allowed`. */
  readonly kind: string;
  /** 0: no answer came at all. */
  readonly status: number;
  /** What was wrong with which field, where the input was the reason. */
  readonly fields: readonly { readonly at: string; readonly problem: string }[];
  /** The id under which the server's log knows this request; null: the server never heard of it. */
  readonly reference: string | null;

  constructor(
    it: { kind: string; status: number; detail: string; reference: string | null } & {
      fields?: ApiProblem['fields'];
    },
    options?: ErrorOptions,
  ) {
    super(it.detail, options);
    this.kind = it.kind;
    this.status = it.status;
    this.fields = it.fields ?? [];
    this.reference = it.reference;
  }
}

/** The kind of an {@link ApiProblem} for which no answer came. */
export const noConnection = 'no-connection';
/** The kind where a passkey has to sign and the viewer has none. */
export const noPasskey = 'no-passkey';

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The address of something in the API; values that are null, undefined or empty are left out. */
export function address(path: string, query: Query = {}): string {
  const words = Object.entries(query).flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return words.length === 0 ? path : `${path}?${new URLSearchParams(words)}`;
}

/** Reads something of the API, such as `/cases`. Throws an {@link ApiProblem}. */
export const read = <Answer>(path: string, signal?: AbortSignal): Promise<Answer> =>
  send<Answer>('GET', path, { ...(signal ? { signal } : {}) });

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Has the server do something. Throws an {@link ApiProblem}. Sent twice, as when a line breaks, it is
 * done once: `key` stays the same for the same act.
 */
export const act = <Answer>(
  method: Method,
  path: string,
  body?: unknown,
  key: string = newKey(),
): Promise<Answer> => send<Answer>(method, path, { body, key });

/** By which ways people sign in here, and the like: what is read before anybody is signed in. */
export const readSignIn = <Answer>(path: string): Promise<Answer> =>
  send<Answer>('GET', path, { below: '/sign-in' });

/** A step of signing in, such as `/claim`; needs no session. Throws an {@link ApiProblem}. */
export const signIn = <Answer = void>(path: string, body: unknown): Promise<Answer> =>
  send<Answer>('POST', path, { body, below: '/sign-in' });

interface Sent {
  readonly body?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal;
  /** Where the path begins. */
  readonly below?: string;
  readonly accept?: string;
}

let lastInputAt = Date.now();
for (const name of ['pointerdown', 'keydown']) {
  addEventListener(name, () => {
    lastInputAt = Date.now();
  });
}

/** What a page reads anew by itself must not keep the session of somebody alive who has gone. */
const unattended = () =>
  Date.now() - lastInputAt > 60_000 ? { 'gatehouse-unattended': 'yes' } : undefined;

/** A file of the API, with the name that the server gives it. Throws an {@link ApiProblem}. */
export async function readFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly bytes: Blob; readonly name: string }> {
  const response = await ask('GET', path, { accept: '*/*', ...(signal ? { signal } : {}) });
  const [, name = ''] =
    /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  return { bytes: await response.blob(), name };
}

async function send<Answer>(method: string, path: string, sent: Sent): Promise<Answer> {
  const response = await ask(method, path, sent);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

async function ask(
  method: string,
  path: string,
  { body, key, signal, below = base, accept = 'application/json' }: Sent,
): Promise<Response> {
  const isFile = body instanceof Blob;
  let response: Response;
  try {
    response = await fetch(below + path, {
      method,
      credentials: 'same-origin',
      ...(signal ? { signal } : {}),
      headers: {
        accept,
        ...unattended(),
        // Acts say so without a body as well: forms of other sites cannot, which the server holds them to.
        ...(method === 'GET' || isFile ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(method === 'GET' ? {} : { body: isFile ? body : JSON.stringify(body ?? {}) }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiProblem({ kind: noConnection, status: 0, detail: '', reference: null }, { cause });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const { status } = response;
  const reference = response.headers.get('x-request-id');
  const said = (await response.json().catch(() => null)) as ProblemDocument | null;
  const kind = said?.type?.split(/[/:#]/).at(-1) ?? 'failed';
  return new ApiProblem({
    kind,
    status,
    detail: said?.detail ?? '',
    reference,
    fields: said?.errors ?? [],
  });
}

/** Where pages are served without TLS under a name, there is no `crypto.randomUUID`. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (it) => it.toString(16).padStart(2, '0')).join('');
}
