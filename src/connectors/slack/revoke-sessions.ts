import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Slack } from './api.ts';
import { scopes } from './scopes.ts';

/**
 * Slack answers “ok” when it has queued the reset. That it is done shows only in the list of sessions,
 * which organisations have and other plans do not.
 */
export const revokeSessions = transition({
  capability: 'sessions.revoke',
  summary:
    'Signs the person out of Slack on every device, and reads the sessions until none is left.',
  scopes: [scopes.adminReadUsers, scopes.adminWriteUsers],
  params: z.strictObject({}),
  state: z.strictObject({ sessionIds: z.array(z.int()) }),
  settlesWithinMs: 15 * 60_000,
  repeatable: true,

  async read(slack: Slack, accountId) {
    return { sessionIds: await slack.sessionsOf(accountId) };
  },

  plan({ sessionIds }): Plan<'reset'> {
    if (sessionIds.length === 0) return done('Slack lists no session of the person.');
    const count = sessionIds.length === 1 ? 'the one session' : `all ${sessionIds.length} sessions`;
    return change(`End ${count}.`, 'reset');
  },

  apply: (slack, accountId, _reset: 'reset') => slack.resetSessions(accountId),
});
