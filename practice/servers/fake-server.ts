import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Starts a vendor's fake as a server on this machine; at any free port unless told. */
export async function serveFake(fetch: (request: Request) => Promise<Response>, port?: number) {
  /** Method and path of all that was asked. */
  const requests: string[] = [];
  const hooks = { down: false };
  const server = createServer(async (incoming, answer) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const response = hooks.down
      ? new Response('Closed for the night', { status: 503 })
      : await fetch(await requestOf(incoming));
    answer.writeHead(response.status, Object.fromEntries(response.headers));
    answer.end(await response.text());
  });
  server.listen(port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return Object.assign(hooks, {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming;
  const body = await text(incoming);
  const named = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return new Request(`http://127.0.0.1${url}`, {
    method,
    headers: named,
    ...(body === '' ? {} : { body }),
  });
}
