import type { z } from 'zod';
import { ConnectorError, type Failure } from '#core/failure.ts';
import type { Io } from './contract.ts';

/** What signs each request anew. */
export interface Authorization {
  /** The value of the header `Authorization`. */
  header(): Promise<string>;
  /** Called when it was refused; the same request is then sent once more. */
  renew(): Promise<void>;
}

export interface HttpOptions {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For systems that want another one than a header that stays the same. */
  readonly authorization?: Authorization;
  /** What a body is sent as. Default: application/json. */
  readonly contentType?: string;
  /** How long the system wants us to wait, when it answers 429. Default: Retry-After. */
  readonly retryAfterMs?: (response: Response, now: Date) => number;
  /** Requests other than GET that change nothing, such as searches by POST. */
  readonly onlyReads?: (method: string, path: string) => boolean;
  /** For systems that answer 200 and mean no. */
  readonly failureIn?: (body: unknown) => Failure | null;
}

/** A body that is no JSON, and is sent as it is. */
interface RawBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** What this one request says besides. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One file as a form with a single field carries it. */
export async function formOf(
  field: string,
  file: { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array },
): Promise<Pick<RawBody, 'bytes' | 'contentType'>> {
  const form = new FormData();
  form.set(field, new Blob([new Uint8Array(file.bytes)], { type: file.mediaType }), file.name);
  // Written out here, since whoever carries it need not know this kind of form.
  const written = new Response(form);
  return {
    bytes: new Uint8Array(await written.arrayBuffer()),
    contentType: written.headers.get('content-type') ?? 'multipart/form-data',
  };
}

interface Parts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
}

export type Http = ReturnType<typeof openHttp>;

const deadlineMs = 30_000;

/**
 * A JSON client that turns every bad ending into a {@link ConnectorError}.
 *
 * It sends each request once: only the engine retries, because only the engine
 * remembers across restarts. But for one that an outdated access token was refused, and where whoever
 * opened the client has `patience`.
 */
export function openHttp(io: Io, options: HttpOptions) {
  const base = new URL(options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`);

  const sent = (body: unknown) => ({
    headers: { 'content-type': options.contentType ?? 'application/json' },
    body: JSON.stringify(body),
  });
  const sentRaw = ({ bytes, contentType, headers = {} }: RawBody) => ({
    headers: { ...headers, 'content-type': contentType },
    body: bytes,
  });

  const send = (method: string, path: string, body?: unknown): Promise<Response> =>
    sendAs(method, path, body === undefined ? {} : sent(body));

  async function sendAs(method: string, path: string, parts: Parts): Promise<Response> {
    for (;;) {
      try {
        return await sendOnce(method, path, parts);
      } catch (error) {
        const again =
          (method === 'GET' || options.onlyReads?.(method, path) === true) &&
          error instanceof ConnectorError &&
          (await io.patience?.(error.failure));
        if (!again) throw error;
      }
    }
  }

  async function sendOnce(
    method: string,
    path: string,
    { headers = {}, body }: Parts,
  ): Promise<Response> {
    const url = new URL(path.startsWith('/') ? `.${path}` : path, base);
    if (url.origin !== base.origin) {
      // A "next page" elsewhere would carry our credentials there.
      throw new ConnectorError({
        kind: 'unexpected',
        detail: `${url.origin} is a foreign address`,
      });
    }
    const request = `${method} ${withoutPeople(url.pathname)}`;

    const attempt = async (): Promise<Response> => {
      const authorization = await options.authorization?.header();
      try {
        return await io.fetch(url, {
          method,
          headers: {
            accept: 'application/json',
            ...headers,
            ...options.headers,
            ...(authorization === undefined ? {} : { authorization }),
          },
          ...(body === undefined ? {} : { body }),
          redirect: 'manual',
          signal: AbortSignal.timeout(deadlineMs),
        });
      } catch (cause) {
        if (cause instanceof ConnectorError) throw cause;
        throw new ConnectorError(
          { kind: 'unavailable', detail: `${request}: ${reasonOf(cause)}` },
          { cause },
        );
      }
    };
    let response = await attempt();
    if (response.status === 401 && options.authorization) {
      // Refused is not done: with a token that was taken back early, the request was never carried out.
      await response.body?.cancel();
      await options.authorization.renew();
      response = await attempt();
    }
    if (!response.ok) throw new ConnectorError(await failureOf(response, request));
    return response;
  }

  async function failureOf(response: Response, request: string): Promise<Failure> {
    const said = (await response.text().catch(() => '')).trim().slice(0, 300);
    const detail = `${request} answered ${response.status}${said === '' ? '' : `: ${said}`}`;
    switch (response.status) {
      case 401:
        return { kind: 'unauthenticated', detail };
      case 403:
        return { kind: 'forbidden', detail };
      case 404:
        return { kind: 'not-found', detail };
      case 429: {
        const wait = options.retryAfterMs ?? retryAfterHeader;
        return { kind: 'rate-limited', detail, retryAfterMs: wait(response, io.now()) };
      }
      default:
        // 501: a method this server will never have.
        if (response.status === 501) return { kind: 'rejected', detail };
        if (response.status >= 500) return { kind: 'unavailable', detail };
        if (response.status < 400) return { kind: 'unexpected', detail };
        return { kind: 'rejected', detail };
    }
  }

  async function parse<T>(response: Response, request: string, shape: z.ZodType<T>): Promise<T> {
    let body: unknown;
    try {
      body = JSON.parse(await response.text());
    } catch (cause) {
      // Cut off in the middle, or a page for people where JSON was due.
      const kind = cause instanceof SyntaxError ? 'unexpected' : 'unavailable';
      throw new ConnectorError({ kind, detail: `${request} answered no readable JSON` }, { cause });
    }
    const failure = options.failureIn?.(body);
    if (failure) throw new ConnectorError(failure);

    const parsed = shape.safeParse(body);
    if (parsed.success) return parsed.data;
    const { path, message } = parsed.error.issues[0]!;
    throw new ConnectorError({
      kind: 'unexpected',
      detail: `${request} answered something else than expected at /${path.join('/')}: ${message}`,
    });
  }

  const exchange =
    (method: string) =>
    async <T>(path: string, shape: z.ZodType<T>, body?: unknown): Promise<T> =>
      parse(await send(method, path, body), `${method} ${withoutQuery(path)}`, shape);

  return {
    /** Any request, for callers that read status and body themselves. Never returns a 4xx or 5xx. */
    send,
    get: <T>(path: string, shape: z.ZodType<T>) => exchange('GET')(path, shape),
    post: exchange('POST'),
    put: exchange('PUT'),
    patch: exchange('PATCH'),

    /** A request with a body of another kind. */
    async postRaw<T>(path: string, shape: z.ZodType<T>, body: RawBody): Promise<T> {
      return parse(await sendAs('POST', path, sentRaw(body)), `POST ${withoutQuery(path)}`, shape);
    },

    /** The same, for callers that read the answer themselves. */
    sendRaw: (path: string, body: RawBody) => sendAs('POST', path, sentRaw(body)),

    /** An answer that is no JSON, byte for byte. */
    async bytes(path: string): Promise<Buffer> {
      const response = await sendAs('GET', path, { headers: { accept: '*/*' } });
      return Buffer.from(await response.arrayBuffer());
    },

    /** A request whose answer carries nothing we need; but a page for people is no answer of an API. */
    async call(method: string, path: string, body?: unknown): Promise<void> {
      const response = await send(method, path, body);
      await response.body?.cancel();
      if (!response.headers.get('content-type')?.startsWith('text/html')) return;
      const detail = `${method} ${withoutQuery(path)} answered a page for people`;
      throw new ConnectorError({ kind: 'unexpected', detail });
    },

    /** Follows `Link: <…>; rel="next"` until there is none. */
    async *pages<T>(path: string, shape: z.ZodType<T>): AsyncIterable<T> {
      for (let next: string | null = path; next; ) {
        const response = await send('GET', next);
        const request = `GET ${withoutQuery(next)}`;
        next = nextLink(response);
        yield parse(response, request, shape);
      }
    },
  };
}

/** A query names people and carries cursors; neither belongs into an error that is kept. */
const withoutQuery = (path: string) => withoutPeople(path.split('?')[0]!);

/** Nor does an e-mail address, where one stands in the path in place of an id. */
const withoutPeople = (path: string) => path.replaceAll(/[^/]*(?:@|%40)[^/]*/gi, '…');

/** What went wrong below HTTP, without stack or address: `ECONNREFUSED`, `TimeoutError`, … */
function reasonOf(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error.name === 'TimeoutError') return 'no answer in time';
  }
  return cause instanceof Error ? cause.message : String(cause);
}

function nextLink(response: Response): string | null {
  const match = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '');
  return match?.[1] ?? null;
}

/** Retry-After is seconds or an HTTP date (RFC 9110, 10.2.3). Unreadable: a minute. */
function retryAfterHeader(response: Response, now: Date): number {
  const value = response.headers.get('retry-after') ?? '';
  const seconds = Number(value);
  if (value !== '' && Number.isFinite(seconds)) return Math.max(1, seconds) * 1_000;
  const waitMs = Date.parse(value) - now.getTime();
  return Number.isFinite(waitMs) ? Math.max(1_000, waitMs) : 60_000;
}

/** What a call answers; null where the system says that there is no such thing. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ConnectorError && error.failure.kind === 'not-found') return null;
    throw error;
  }
}
