import type { Io } from '../contract.ts';

/**
 * The outside world for tests against real servers on this machine: the platform's own
 * `fetch`, the real clock, no private authority, and no guard in front of an address.
 */
export const loopbackIo: Io = {
  fetch: globalThis.fetch,
  now: () => new Date(),
  ca: null,
  address: async (host, port) => ({
    ip: host === 'localhost' ? '127.0.0.1' : host,
    port,
    serverName: host,
  }),
};
