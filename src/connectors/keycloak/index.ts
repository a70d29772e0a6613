import { type Account, connector, type PersonKeys } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { administratorsOf } from './administrators.ts';
import { type Keycloak, openKeycloak, type User } from './api.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { removeCredentials } from './remove-credentials.ts';
import { removeRoles } from './remove-roles.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** The identity provider Keycloak (and its build by Red Hat), one realm of it. */
export const keycloak = connector({
  id: 'keycloak',
  name: 'Keycloak',
  category: 'identity',
  settings,
  hosts: ({ address }) => [hostOf(address)],
  open: openKeycloak,

  async check(client) {
    await client.oneUser();
    const { clientId, realm } = client.settings;
    return { actingAs: `client ${clientId} of ${realm}`, scopes: await client.granted() };
  },

  accounts: {
    find,
    async *list(client) {
      const administrators = await administratorsOf(client);
      for await (const user of client.allUsers()) {
        yield toAccount(user, administrators.has(user.id));
      }
    },
  },

  actions: [
    createAccount,
    suspendAccount,
    revokeSessions,
    resetPassword,
    removeCredentials,
    revokeTokens,
    removeRoles,
    leaveGroups,
    joinGroups,
    deleteAccount,
  ],
});

async function find(client: Keycloak, { email, employeeNumber }: PersonKeys): Promise<Account[]> {
  const { findBy, numberAttribute } = client.settings;
  const found = new Map<string, User>();
  for (const key of findBy) {
    if (key === 'employeeNumber') {
      if (employeeNumber === null) continue;
      const users = await client.usersWith({ q: `${numberAttribute}:${quoted(employeeNumber)}` });
      // An attribute that the realm does not show to administrators cannot be held against us.
      for (const it of users) {
        if (it.attributes?.[numberAttribute]?.includes(employeeNumber) !== false) {
          found.set(it.id, it);
        }
      }
      continue;
    }
    for (const it of await client.usersWith({ [key]: email })) {
      if (it[key]?.toLowerCase() === email.toLowerCase()) found.set(it.id, it);
    }
  }
  return Promise.all(
    [...found.values()].map(async (it) =>
      toAccount(it, (await client.administersAs(it.id)).length > 0),
    ),
  );
}

const quoted = (value: string) => (value.includes(' ') ? `"${value}"` : value);

const toAccount = ({ id, username, enabled }: User, privileged: boolean): Account => ({
  id,
  login: username,
  status: enabled ? 'active' : 'suspended',
  privileged,
  lastSeenAt: null, // Keycloak knows sessions, not when somebody was last there
});
