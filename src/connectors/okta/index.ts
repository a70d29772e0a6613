import { type Account, connector, type PersonKeys } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { type Okta, openOkta, type User } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { removeFactors } from './remove-factors.ts';
import { removeRoles } from './remove-roles.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** The identity provider Okta (Workforce Identity Cloud). */
export const okta = connector({
  id: 'okta',
  name: 'Okta',
  category: 'identity',
  settings,
  hosts: ({ orgUrl }) => [hostOf(orgUrl)],
  // Of each group of addresses, users among them. https://developer.okta.com/docs/reference/rl-global-mgmt/
  allowed: { requests: 600, perSeconds: 60 },
  open: openOkta,

  async check(client) {
    const scopes = await client.granted();
    if (scopes === null) return { actingAs: (await client.me()).profile.login, scopes };
    await client.oneUser();
    return { actingAs: `app ${client.settings.clientId}`, scopes };
  },

  accounts: {
    find,
    async own(client) {
      return (await client.granted()) === null ? (await client.me()).id : null;
    },
    async *list(client) {
      const administrators = await client.administrators();
      for await (const user of client.allUsers())
        yield toAccount(user, administrators.has(user.id));
    },
  },

  // Keys to Okta's API work for as long as the account of whoever made them.
  owns: () => async (client, accountId) =>
    (await client.apiTokensOf(accountId)).map(({ id, name }) => ({
      ...{ id, name: `API token ${name}` },
      ...{ kind: 'integration' as const, soleOwner: true },
    })),

  actions: [
    suspendAccount,
    revokeSessions,
    resetPassword,
    removeFactors,
    revokeTokens,
    removeRoles,
    leaveGroups,
    joinGroups,
    deleteAccount,
  ],
});

async function find(client: Okta, { email, employeeNumber }: PersonKeys): Promise<Account[]> {
  const known = { email, login: email, employeeNumber };
  const wanted = client.settings.findBy.flatMap((key) => {
    const value = known[key];
    return value === null ? [] : [{ key, value }];
  });
  if (wanted.length === 0) return [];
  const found = await client.usersWith(wanted);
  return Promise.all(
    found.map(async (it) => toAccount(it, (await client.rolesOf(it.id)).length > 0)),
  );
}

const toAccount = ({ id, status, profile, lastLogin }: User, privileged: boolean): Account => ({
  id,
  login: profile.login,
  status: accountStatus[status] ?? 'active',
  privileged,
  lastSeenAt: lastLogin ?? null,
});

// Okta's other statuses (STAGED, LOCKED_OUT, …) can become active again by themselves.
const accountStatus: Readonly<Record<string, Account['status']>> = {
  SUSPENDED: 'suspended',
  DEPROVISIONED: 'suspended',
};
