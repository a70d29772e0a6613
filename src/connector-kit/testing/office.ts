import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { atTheEnd } from '#core/testing/at-the-end.ts';
import { type Guard, type GuardOptions, type OnPremisesTarget, openGuard } from '../guard.ts';
import type { Address } from '../outbound.ts';

// A small office for tests of the guard: real servers on loopback, reached through an
// on-premises entry. Whoever uses it has everything closed afterwards.

const servers: Server[] = [];
const guards: Guard[] = [];

atTheEnd(async () => {
  await Promise.all(guards.map((it) => it.close()));
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A real server on loopback; counts the sockets that ever reached it. */
export async function serve(answer: RequestListener, tls?: TlsOptions) {
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  let sockets = 0;
  server.on('connection', () => {
    sockets += 1;
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port, sockets: () => sockets };
}

/** A guard that knows no on-premises target and no DNS, unless told. */
export function guard(options: Partial<GuardOptions> = {}): Guard {
  const opened = openGuard({ onPremises: () => [], lookup: noDns, ...options });
  guards.push(opened);
  return opened;
}

async function noDns(host: string): Promise<readonly Address[]> {
  throw Object.assign(new Error(`${host} was looked up`), { code: 'ENOTFOUND' });
}

/** A lookup that gives every name these addresses. */
export const answers =
  (...ips: readonly string[]) =>
  async (): Promise<readonly Address[]> =>
    ips.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

/** The entry that opens a loopback server as app.office.example. */
export const here = (port: number, more: Partial<OnPremisesTarget> = {}): OnPremisesTarget => ({
  host: 'app.office.example',
  port,
  network: '127.0.0.0/8',
  http: true,
  ...more,
});

/** A fetch that may call the plain server at `port`, and its address. */
export function inOffice(port: number, options: Partial<GuardOptions> = {}) {
  const opened = guard({
    onPremises: () => [here(port)],
    lookup: answers('127.0.0.1'),
    ...options,
  });
  const host = `app.office.example:${port}`;
  return { fetch: opened.fetchFor({ hosts: [host], ca: null }), url: `http://${host}/path` };
}

/** How a call failed; it fails the test that it did not. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => assert.fail('it was let through'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectorError, String(error));
  return error.failure;
}
