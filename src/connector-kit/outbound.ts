import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, fetch, Pool } from 'undici';
import { ConnectorError } from '#core/failure.ts';

export interface OutboundLimits {
  /** Resolving the name, connecting and agreeing on encryption together. */
  readonly connectMs: number;
  /** From the request to the last header. */
  readonly headersMs: number;
  /** The whole body, however it drips. */
  readonly bodyMs: number;
  /** The whole body, unpacked. */
  readonly bodyBytes: number;
}

const defaults: OutboundLimits = {
  connectMs: 5_000,
  headersMs: 15_000,
  bodyMs: 15_000,
  bodyBytes: 5_000_000,
};

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface OutboundOptions {
  /** Every address of the origin's host; throws when one of them must not be called. */
  resolve(origin: URL): Promise<readonly Address[]>;
  /** Where the origin is reached instead, without asking DNS; null: where it says. */
  detourOf(origin: URL): { readonly address: string; readonly port: number } | null;
  readonly limits: Partial<OutboundLimits>;
}

export type Transport = (request: Request) => Promise<Response>;

/**
 * Sends requests and reads answers within fixed limits; who may be called is the guard's matter.
 *
 * Sockets are kept between the calls of one connection, never shared between connections that
 * differ in their hosts or in whom they believe.
 */
export function openOutbound(options: OutboundOptions) {
  const limits: OutboundLimits = { ...defaults, ...options.limits };
  const agents = new Map<string, { readonly rules: string; readonly agent: Agent }>();

  function openAgent(ca: string | null): Agent {
    const lookupFor =
      (origin: URL): LookupFunction =>
      (_host, { all }, answer) => {
        options.resolve(origin).then(
          (found) => {
            if (all) answer(null, [...found]);
            else answer(null, found[0]!.address, found[0]!.family);
          },
          (error: Error) => answer(error, ''),
        );
      };

    function connectorTo(origin: URL): buildConnector.connector {
      const connect = buildConnector({
        lookup: lookupFor(origin),
        allowH2: false,
        timeout: limits.connectMs,
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true, // said aloud, or an environment variable could switch it off
        ...(ca === null ? {} : { ca }),
      });
      const detour = options.detourOf(origin);
      if (!detour) return connect;
      // Another address to call; the certificate is still asked for, and held against, the name.
      const way = { hostname: detour.address, port: String(detour.port) };
      return (it, done) => connect({ ...it, ...way, servername: origin.hostname }, done);
    }

    return new Agent({
      factory: (origin, settings) =>
        new Pool(origin, {
          ...settings,
          allowH2: false,
          headersTimeout: limits.headersMs,
          bodyTimeout: 0, // counts from the last byte; the clock below counts from the first
          connect: connectorTo(new URL(origin)),
        }),
    });
  }

  /** The sockets for `hosts` and `ca`; new ones as soon as `rules` are no longer the same. */
  function agentFor(hosts: string, ca: string | null, rules: string): Agent {
    const key = `${hosts} ${ca ?? ''}`;
    const known = agents.get(key);
    if (known?.rules === rules) return known.agent;
    void known?.agent.close();
    const agent = openAgent(ca);
    agents.set(key, { rules, agent });
    return agent;
  }

  async function send(request: Request, agent: Agent): Promise<Response> {
    const called = `${request.method} ${plain(request.url)}`;
    const late = new AbortController();
    const within = (ms: number) =>
      setTimeout(() => late.abort(fail('unavailable', `${called}: ${reasons['late']}.`)), ms);

    let timer = within(limits.connectMs + limits.headersMs);
    try {
      const body = request.body && new Uint8Array(await request.arrayBuffer());
      const response = await fetch(request.url, {
        method: request.method,
        headers: [...request.headers],
        body,
        redirect: 'manual',
        signal: AbortSignal.any([late.signal, request.signal]),
        dispatcher: agent,
      });
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel();
        const target = URL.parse(response.headers.get('location') ?? '', request.url);
        throw fail(
          'forbidden',
          `${called} answered ${response.status}${target ? ` towards ${target.origin}` : ''}. ` +
            'Redirects are not followed, because they would carry the credential along. ' +
            'Enter the final address in the connection.',
        );
      }

      clearTimeout(timer);
      timer = within(limits.bodyMs);
      const bytes = await readBody(response.body, called);
      return new Response(bytes, {
        status: response.status,
        statusText: response.statusText,
        headers: [...response.headers],
      });
    } catch (cause) {
      if (request.signal.aborted) throw request.signal.reason;
      throw unreachable(called, late.signal.aborted ? late.signal.reason : cause);
    } finally {
      clearTimeout(timer);
    }
  }

  async function readBody(
    body: AsyncIterable<Uint8Array> | null,
    called: string,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    if (!body) return null;
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of body) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > limits.bodyBytes) {
        const limit = `${limits.bodyBytes.toLocaleString('en')} bytes`;
        throw fail(
          'unexpected',
          `${called} answered with more than ${limit}. None of it was used.`,
        );
      }
      chunks.push(chunk);
    }
    return new Uint8Array(Buffer.concat(chunks));
  }

  return {
    /** `hosts` names the connection's hosts; `rules` is asked before each request. */
    transportFor:
      (hosts: string, ca: string | null, rules: () => string): Transport =>
      (request) =>
        send(request, agentFor(hosts, ca, rules())),

    /** Ends every socket once the calls in flight are through. */
    async close(): Promise<void> {
      const open = [...agents.values()];
      agents.clear();
      await Promise.all(open.map(({ agent }) => agent.close()));
    },
  };
}

const fail = (kind: 'forbidden' | 'unavailable' | 'unexpected', detail: string) =>
  new ConnectorError({ kind, detail });

/** A query may hold personal data, or a token; where the call went is enough. */
const plain = (url: string): string => {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
};

const reasons: Readonly<Record<string, string>> = {
  late: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  ENOTFOUND: 'its name is not known to DNS',
  EAI_AGAIN: 'DNS did not answer',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it hung up',
  UND_ERR_SOCKET: 'it hung up',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time',
  ETIMEDOUT: 'no connection came about in time',
};

const distrust = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL|EPROTO/;

/** What became of a call that got no answer, in words. Passes on what is a ConnectorError already. */
export function unreachable(called: string, cause: unknown): ConnectorError {
  let code: string | null = null;
  for (let error = cause; error instanceof Error; error = error.cause) {
    if (error instanceof ConnectorError) return error;
    if ('code' in error && typeof error.code === 'string') code = error.code;
  }
  const reason =
    code !== null && distrust.test(code)
      ? `its certificate or encryption is not to be trusted (${code}). If a private authority ` +
        'issued it, add that authority to the connection'
      : ((code !== null ? reasons[code] : null) ?? code ?? 'the connection failed');
  return new ConnectorError({ kind: 'unavailable', detail: `${called}: ${reason}.` }, { cause });
}
