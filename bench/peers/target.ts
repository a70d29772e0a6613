import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What was asked of the systems, by the monotonic clock of this process. */
export interface Tally {
  /** The first call of any kind since it was last set to null. */
  firstCallAt: number | null;
  /** Calls of any kind. */
  calls: number;
  /** How often each account was blocked, by `system person`. */
  readonly blocked: Map<string, number>;
  /** When an account was last blocked. */
  lastBlockedAt: number;
}

export interface Target {
  readonly port: number;
  readonly tally: Tally;
  /** The call that takes a person's access to one system away. */
  blockUrl(system: number, person: string): string;
  close(): Promise<void>;
}

/** How many systems each of the people who leave has an account in. */
export const systems = 12;

/**
 * The systems that are called: all of one HTTP server, each below a path of its own, and each answers after
 * `delayMs`. It costs little, so that what is measured is who calls.
 */
export async function startTarget(delayMs: number): Promise<Target> {
  const tally: Tally = { firstCallAt: null, calls: 0, blocked: new Map(), lastBlockedAt: 0 };

  function answer(method: string, url: URL): unknown {
    const [, system = '', noun, id = '', act] = url.pathname.split('/');
    const user = (login: string) => ({
      id: login,
      login,
      email: login,
      status: tally.blocked.has(`${system} ${login}`) ? 'suspended' : 'active',
    });
    if (noun === 'me') return { login: 'bench' };
    const email = url.searchParams.get('email');
    if (id === '') return { users: email === null ? [] : [user(email)] };
    if (method === 'POST' && act === 'suspend') {
      const key = `${system} ${decodeURIComponent(id)}`;
      tally.blocked.set(key, (tally.blocked.get(key) ?? 0) + 1);
      tally.lastBlockedAt = performance.now();
    }
    return user(decodeURIComponent(id));
  }

  const server = createServer(async (request, response) => {
    tally.firstCallAt ??= performance.now();
    tally.calls += 1;
    request.resume();
    await wait(delayMs);
    const said = answer(request.method ?? 'GET', new URL(request.url ?? '/', 'http://target'));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(said));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    tally,
    blockUrl: (system, person) =>
      `http://127.0.0.1:${port}/s${system}/users/${encodeURIComponent(person)}/suspend`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
