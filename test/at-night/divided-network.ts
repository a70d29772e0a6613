import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/*
 * A machine of its own for a worker, as far as the network goes (namespaces of Linux, so this takes root): one way leads
 * through a router to the database, another straight to the systems.
 *
 *   here ── router ── there
 *     └───────────────┘
 */

export interface DividedNetwork {
  /** What a program is started by, to run over there. */
  readonly runner: readonly string[];
  /** Reached from both sides: the one through the router, the other always. */
  readonly throughRouter: string;
  readonly straight: string;
  /** From here on the router drops every packet, and tells nobody; in both ways. */
  cut(): void;
  heal(): void;
  remove(): void;
}

const ip = (...args: readonly string[]) => void execFileSync('ip', args, { stdio: 'pipe' });

export function divideNetwork(): DividedNetwork {
  const own = process.pid;
  const [router, there] = [`gatehouse-router-${own}`, `gatehouse-there-${own}`];
  // Of the addresses that are kept for trying out networks (RFC 2544).
  const net = `198.18.${own % 256}`;
  const links = [
    { name: 'near', from: null, to: router, low: 0 },
    { name: 'far', from: router, to: there, low: 4 },
    { name: 'side', from: null, to: there, low: 8 },
  ] as const;
  const remove = () => {
    for (const it of [router, there]) ip('netns', 'delete', it);
  };
  const within = (space: string | null) => (space === null ? [] : ['-n', space]);

  for (const it of [router, there]) ip('netns', 'add', it);
  try {
    for (const { name, from, to, low } of links) {
      // Their names have to be short, and only the first is seen here.
      const ends = [`${name}${own}`, `${name}-end`] as const;
      ip(
        ...within(from),
        ...['link', 'add', ends[0], 'type', 'veth', 'peer', ends[1], 'netns', to],
      );
      for (const [space, end, last] of [
        [from, ends[0], low + 1],
        [to, ends[1], low + 2],
      ] as const) {
        ip(...within(space), 'address', 'add', `${net}.${last}/30`, 'dev', end);
        ip(...within(space), 'link', 'set', end, 'up');
      }
    }
    ip('route', 'add', `${net}.4/30`, 'via', `${net}.2`);
    ip('-n', there, 'route', 'add', `${net}.0/30`, 'via', `${net}.5`);
  } catch (error) {
    remove();
    throw error;
  }
  const forward = (isOpen: boolean) => {
    const set = `echo ${isOpen ? 1 : 0} > /proc/sys/net/ipv4/ip_forward`;
    ip('netns', 'exec', router, 'sh', '-c', set);
  };
  forward(true);
  return {
    runner: ['ip', 'netns', 'exec', there],
    throughRouter: `${net}.1`,
    straight: `${net}.9`,
    cut: () => forward(false),
    heal: () => forward(true),
    remove,
  };
}

/** Lets an address of this machine stand for a socket or a port of 127.0.0.1. */
export async function standFor(
  host: string,
  target: { readonly path: string } | { readonly port: number },
): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const it of sockets) it.destroy();
    },
  };
}
