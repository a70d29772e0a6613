import { type Account, connector, type PersonKeys } from '#connector-kit/contract.ts';
import { loginsOf } from '#connector-kit/login-names.ts';
import { hosts, openTailscale, type Tailscale, type User } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** The users of a tailnet, with their devices and keys. */
export const tailscale = connector({
  id: 'tailscale',
  name: 'Tailscale',
  category: 'network',
  settings,
  hosts: () => hosts,
  open: openTailscale,

  async check(client) {
    const scopes = await client.granted();
    await client.users();
    return { actingAs: `OAuth client ${client.settings.clientId}`, scopes };
  },

  accounts: {
    find,
    async *list(client) {
      yield* (await client.users()).map(toAccount);
    },
  },

  actions: [suspendAccount, revokeSessions, revokeTokens, removeRoles, deleteAccount],
});

async function find(client: Tailscale, { email }: PersonKeys): Promise<Account[]> {
  const listed = loginsOf(client.settings, email);
  const names = new Set((listed.length > 0 ? listed : [email]).map((it) => it.toLowerCase()));
  const found = (await client.users()).filter((it) => names.has(it.loginName.toLowerCase()));
  return found.map(toAccount);
}

const toAccount = (it: User): Account => ({
  id: it.id,
  login: it.loginName,
  status: it.status === 'suspended' ? 'suspended' : 'active',
  privileged: it.role !== 'member',
  lastSeenAt: it.lastSeen ?? null,
});
