import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Health } from './contract/health.ts';
import type { Log } from './request-log.ts';

export interface Listening {
  /** Where it answers, such as http://127.0.0.1:8080. */
  readonly url: string;
  readonly port: number;
  /** Takes nothing new, lets what is under way come to its end, and gives up after ten seconds. */
  stop(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Log;
}

/** Slow senders hold a connection, so each part of a request has its time. */
const times: ServerOptions = {
  headersTimeout: 15_000,
  /** For the whole request; 10 MB need a line of 1 Mbit/s. */
  requestTimeout: 90_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
};
const stopMs = 10_000;

/** Answers HTTP until it is stopped; `peer` is the address at the other end. Throws, in a sentence, when the address cannot be had. */
export async function listen(
  fetch: (request: Request, peer: string | undefined) => Response | Promise<Response>,
  { host, port, log }: ListenOptions,
): Promise<Listening> {
  const answer = getRequestListener(
    (request, { incoming }) => fetch(request, incoming.socket.remoteAddress),
    {
      overrideGlobalObjects: false,
      errorHandler: (error) => {
        log.warn(
          { error: error instanceof Error ? error.message : String(error) },
          'no answer sent',
        );
        return new Response(null, { status: 400 });
      },
    },
  );
  const server = createServer(times, (request, response) => void answer(request, response));
  await bind(server, host, port);
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${bound}`, port: bound, stop: () => stop(server) };
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
        ? 'another program has it. Stop that one, or choose another address with ' +
          'GATEHOUSE_LISTEN or GATEHOUSE_METRICS_LISTEN.'
        : String(error);
    throw new Error(`The address ${host}:${port} cannot be had: ${why}`, { cause: error });
  }
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection that has just ended its last request is idle only now.
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const late = setTimeout(() => server.closeAllConnections(), stopMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

/**
 * Health for programs that watch over this one: `/healthz` says that the process answers,
 * `/readyz` that everything it needs runs, `/metrics` what was measured.
 */
export function answerHealth(
  health: () => Promise<Health>,
  metrics: () => Promise<string>,
): (request: Request) => Promise<Response> {
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  return async (request) => {
    switch (new URL(request.url).pathname) {
      case '/healthz':
        return Response.json({ ok: true }, { headers });
      case '/readyz': {
        const found = await health();
        return Response.json(found, { status: found.ready ? 200 : 503, headers });
      }
      case '/metrics':
        return new Response(await metrics(), {
          headers: { ...headers, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        });
      default:
        return new Response(null, { status: 404, headers });
    }
  };
}
