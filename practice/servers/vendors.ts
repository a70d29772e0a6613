import { createServer } from 'node:https';
import { makeAuthority } from '#connector-kit/testing/certificate.ts';
import { type Answering, answering, listening } from './fake-server.ts';

/** The names at which a vendor answers, and what it answers. */
export interface VendorAtHosts {
  readonly hosts: readonly string[];
  readonly fetch: Answering;
}

export interface VendorServer {
  /** PEM of the authority that says who answers. Only whoever trusts it calls anybody here. */
  readonly ca: string;
  /** What GATEHOUSE_DETOURS has to say, so that each name is reached here. */
  readonly detours: string;
  /** Host, method and path of all that was asked. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/**
 * One HTTPS server on this machine that answers by the names of vendors, each with its own fake. An
 * authority of its own states the names; nobody else in the world believes it.
 */
export async function serveVendors(vendors: readonly VendorAtHosts[]): Promise<VendorServer> {
  const byHost = new Map(vendors.flatMap((it) => it.hosts.map((host) => [host, it] as const)));
  const hosts = [...byHost.keys()];
  const requests: string[] = [];
  const authority = makeAuthority('Practice company');
  const answer = answering(async (request) => {
    const { host, pathname } = new URL(request.url);
    requests.push(`${host} ${request.method} ${pathname}`);
    const vendor = byHost.get(host);
    return vendor ? vendor.fetch(request) : new Response(`No ${host} here`, { status: 421 });
  });
  const server = await listening(createServer(authority.issue(hosts), answer));
  return {
    ca: authority.ca,
    detours: hosts.map((host) => `${host}=127.0.0.1:${server.port}`).join(','),
    requests,
    close: server.close,
  };
}
