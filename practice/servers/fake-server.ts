import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';

/** What a vendor's fake is: somebody who answers requests. */
export type Answering = (request: Request) => Promise<Response>;

/** Starts a vendor's fake as a server on this machine; at any free port unless told. */
export async function serveFake(fetch: Answering, port?: number) {
  /** Method and path of all that was asked. */
  const requests: string[] = [];
  const hooks = { down: false };
  const server = createServer(
    answering(async (request) => {
      const { pathname, search } = new URL(request.url);
      requests.push(`${request.method} ${pathname}${search}`);
      return hooks.down ? new Response('Closed for the night', { status: 503 }) : fetch(request);
    }),
  );
  const started = await listening(server, port);
  return Object.assign(hooks, {
    url: `http://127.0.0.1:${started.port}`,
    ...started,
    requests,
  });
}

/** Opens a server on this machine. */
export async function listening(
  server: Server & { closeAllConnections(): void },
  port?: number,
): Promise<{ port: number; close(): Promise<void> }> {
  server.listen(port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Lets a fake answer what a server is asked. What it does not know is an error of its own, 500. */
export const answering =
  (fetch: Answering): RequestListener =>
  async (incoming, answer) => {
    const response = await requestOf(incoming)
      .then(fetch)
      .catch((error: unknown) => new Response(String(error), { status: 500 }));
    answer.writeHead(response.status, Object.fromEntries(response.headers));
    answer.end(Buffer.from(await response.arrayBuffer()));
  };

/** The request with the address that the caller meant. */
async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/', headers, socket } = incoming;
  const scheme = socket instanceof TLSSocket ? 'https' : 'http';
  const body = await buffer(incoming);
  const named = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return new Request(`${scheme}://${headers.host}${url}`, {
    method,
    headers: named,
    ...(body.length === 0 ? {} : { body }),
  });
}
