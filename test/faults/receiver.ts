import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** Somebody who takes signed messages, and believes none whose signature is wrong. */
export async function startReceiver(secret: string) {
  const messages: Record<string, unknown>[] = [];
  const refused: string[] = [];
  const server = createServer((request, response) => {
    const take = async () => {
      const body = await text(request);
      try {
        const headers = request.headers as Record<string, string>;
        messages.push(new Webhook(secret).verify(body, headers) as Record<string, unknown>);
        response.writeHead(204).end();
      } catch (error) {
        refused.push(String(error));
        response.writeHead(401).end();
      }
    };
    take().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/alerts`,
    port,
    messages,
    refused,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
