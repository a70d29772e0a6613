import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import type { Dovecot } from './api.ts';
import { scopes } from './scopes.ts';

/** What Dovecot keeps of passwords opens mailboxes for an hour more, and cannot be looked at. */
export const forgetPasswords = command({
  capability: 'tokens.revoke',
  summary:
    'Has Dovecot forget the passwords that it keeps in its cache, so that an old one opens nothing any more.',
  scopes: [scopes.forget],
  mustPrecede: ['sessions.revoke'],
  params: z.strictObject({}),

  async send(dovecot: Dovecot, accountId) {
    const entries = await dovecot.forgetPasswords(accountId);
    return { summary: `Dovecot forgot what it kept of the password: ${entries} entries.` };
  },
});
