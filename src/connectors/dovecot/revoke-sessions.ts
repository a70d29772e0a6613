import { z } from 'zod';
import { change, done, transition } from '#connector-kit/contract.ts';
import type { Dovecot } from './api.ts';
import { scopes } from './scopes.ts';

/**
 * Dovecot lists who is signed in. Whoever still has a password that counts signs in again at once: what ends that
 * is done where the passwords are kept.
 */
export const revokeSessions = transition({
  capability: 'sessions.revoke',
  summary:
    'Ends every connection of mail programs, by whatever protocol. The password is another system’s matter, and comes before.',
  scopes: [scopes.who, scopes.kick, scopes.forget],
  params: z.strictObject({}),
  state: z.strictObject({ sessions: z.int() }),
  repeatable: true,

  async read(dovecot: Dovecot, accountId) {
    return { sessions: await dovecot.sessionsOf(accountId) };
  },

  plan({ sessions }) {
    if (sessions === 0) return done('Nobody is signed in.');
    return change(`End ${sessions} ${sessions === 1 ? 'connection' : 'connections'}.`, null);
  },

  async apply(dovecot, accountId) {
    // Programs connect again at once, and would be let in by the password that was good before.
    await dovecot.forgetPasswords(accountId);
    await dovecot.kick(accountId);
  },
});
