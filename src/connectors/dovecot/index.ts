import { type Account, connector, type PersonKeys } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { type Dovecot, openDovecot } from './api.ts';
import { spelled } from './doveadm.ts';
import { forgetPasswords } from './forget-passwords.ts';
import { handOverMailbox } from './hand-over-mailbox.ts';
import { loginFor } from './login-for.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { scopes } from './scopes.ts';
import { settings } from './settings.ts';

/** A mail server of one's own: Dovecot, behind Postfix or whatever brings it the mail. */
export const dovecot = connector({
  id: 'dovecot',
  name: 'Dovecot',
  category: 'mail',
  settings,
  hosts: ({ address }) => [hostOf(address)],
  open: openDovecot,

  async check(client) {
    const there = new Set([...(await client.known()).keys()].map(spelled));
    return {
      actingAs: `doveadm at ${hostOf(client.settings.address)}`,
      // What doveadm_allowed_commands leaves of them shows when it is asked.
      scopes: Object.values(scopes).filter((it) => there.has(it)),
    };
  },

  accounts: {
    find,
    async *list(client) {
      yield* (await client.logins()).map(toAccount);
    },
  },

  actions: [forgetPasswords, revokeSessions, handOverMailbox],
});

async function find(client: Dovecot, { email }: PersonKeys): Promise<Account[]> {
  const name = loginFor(email, client.settings.domain);
  const login = name === null ? null : await client.loginOf(name);
  return login === null ? [] : [toAccount(login)];
}

const toAccount = (login: string): Account => ({
  id: login,
  login,
  status: 'active', // whether somebody is let in is known only where the passwords are
  privileged: false,
  lastSeenAt: null,
});
