import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { OpenVpn } from './api.ts';

/**
 * Ends the sessions of a client. The management interface can close no door: what is verified is that the sessions
 * ended, that none came back while we watched, and none by the time of each later look.
 */
export const revokeSessions = transition({
  capability: 'sessions.revoke',
  summary: 'Ends every VPN session of the person, and watches that none comes back.',
  scopes: ['the management interface of the server'],
  params: z.strictObject({}),
  state: z.strictObject({
    /** The server's own numbers, and since when, in seconds from 1970. */
    sessions: z.array(z.strictObject({ id: z.number(), since: z.number() })),
  }),
  repeatable: true,

  async read(server: OpenVpn, client) {
    const sessions = await server.sessionsOf(client);
    return { sessions: sessions.map(({ id, since }) => ({ id, since })) };
  },

  plan: ({ sessions }): Plan<'all'> =>
    sessions.length === 0
      ? done('The server lists no session of the person.')
      : change(`End ${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}.`, 'all'),

  apply: (server, client) => server.endSessions(client),
});
