import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Witness } from './witness.ts';

/** A request larger than this is none: 16 signatures of 3.3 kB and 63 hashes have less. */
const largestBytes = 64 * 1024;
const patienceMs = 10_000;

export interface WitnessServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Lets a witness be asked over HTTP, by a log (`add-checkpoint`) and by whoever watches it. */
export async function serveWitness(
  witness: Witness,
  { host, port }: { readonly host: string; readonly port: number },
  onError: (error: unknown) => void,
): Promise<WitnessServer> {
  const server = createServer({ requestTimeout: patienceMs, headersTimeout: patienceMs });
  server.on('request', async (request, response) => {
    const { status, text, type } = await answer(witness, request).catch((error: unknown) => {
      onError(error);
      return { status: 500, text: 'This witness cannot answer now.\n', type: plain };
    });
    response.writeHead(status, { 'content-type': type }).end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const at = server.address() as AddressInfo;
  return {
    url: `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const plain = 'text/plain; charset=utf-8';

async function answer(
  witness: Witness,
  request: IncomingMessage,
): Promise<{ status: number; text: string; type: string }> {
  const path = request.url ?? '';
  if (request.method === 'POST' && path === '/add-checkpoint') {
    const text = await bodyOf(request);
    const answered: Answer =
      text === null ? { status: 400, text: 'Too long.\n' } : await witness.add(text);
    return { ...answered, type: answered.status === 409 ? 'text/x.tlog.size' : plain };
  }
  const [, hash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  const newest = request.method === 'GET' && hash ? await witness.newestOf(hash) : null;
  return newest === null
    ? { status: 404, text: 'There is nothing here.\n', type: plain }
    : { status: 200, text: newest, type: plain };
}

/** Null: too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > largestBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
