import { once } from 'node:events';
import { type AddressInfo, createServer as createPlain, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';

/** A receiver of syslog on loopback, over TCP or TLS, that counts octets as RFC 6587 says. */
export async function startSyslogServer(tls?: { readonly key: string; readonly cert: string }) {
  const messages: string[] = [];
  let hangUpAfter = Number.POSITIVE_INFINITY;

  function take(socket: Socket): void {
    let rest = Buffer.of();
    socket.on('error', () => {}); // who hangs up on us is no failure of ours
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const [count] = /^[1-9]\d{0,6}(?= )/.exec(rest.subarray(0, 8).toString('latin1')) ?? [];
        if (count === undefined) return;
        const from = count.length + 1;
        const to = from + Number(count);
        if (rest.length < to) return;
        messages.push(rest.subarray(from, to).toString('utf8'));
        rest = rest.subarray(to);
        if (messages.length >= hangUpAfter) socket.destroy();
      }
    });
    socket.on('end', () => socket.end());
  }

  const server = tls ? createTls(tls, take) : createPlain({ allowHalfOpen: true }, take);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    messages,
    hangUpAfter(count: number) {
      hangUpAfter = count;
    },
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
