import { type Account, connector, type PersonKeys } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Google, openGoogle } from './api.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';
import type { User } from './directory.ts';
import { handOverMailbox } from './hand-over-mailbox.ts';
import { heedingHolds } from './heed-holds.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { lockDevices } from './lock-devices.ts';
import { preserveData } from './preserve-data.ts';
import { removeFactors } from './remove-factors.ts';
import { removeLicences } from './remove-licences.ts';
import { removeRoles } from './remove-roles.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { scopes } from './scopes.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';
import { transferData } from './transfer-data.ts';
import { ownedBy, transferOwnership } from './transfer-ownership.ts';
import { hosts } from './web.ts';
import { wipeDevices } from './wipe-devices.ts';

/** Google Workspace: accounts, groups, mailboxes, files, devices and licences. */
export const google = connector({
  id: 'google',
  name: 'Google Workspace',
  category: 'identity',
  settings,
  hosts: () => Object.values(hosts).map((host) => `${host}:443`),
  // Of the directory, for each user who asks in a project. https://developers.google.com/workspace/admin/directory/v1/limits
  allowed: { requests: 2_400, perSeconds: 60 },
  open: openGoogle,
  check,

  accounts: {
    find,
    async *list(client) {
      for await (const page of client.allUsers()) yield* page.map(toAccount);
    },
    /** The administrator whom the service account acts for. */
    own: async (client) => (await client.user(client.settings.admin)).id,
  },
  owns: () => ownedBy,

  actions: ({ vault }) => [
    createAccount,
    resetPassword,
    revokeSessions,
    removeFactors,
    revokeTokens,
    suspendAccount,
    removeRoles,
    transferOwnership,
    leaveGroups,
    joinGroups,
    handOverMailbox,
    transferData,
    lockDevices,
    wipeDevices,
    ...(vault
      ? [preserveData, heedingHolds(removeLicences), heedingHolds(deleteAccount)]
      : [removeLicences, deleteAccount]),
  ],
});

/** Says what is missing: without super administrator Google lets some requests pass and does nothing. */
async function check(client: Google) {
  const granted = await client.granted();
  const ofVault: readonly string[] = client.settings.vault ? [] : [scopes.vault, scopes.units];
  const missing = Object.values(scopes).filter(
    (it) => !granted.includes(it) && !ofVault.includes(it),
  );
  if (missing.includes(scopes.users)) {
    const detail = `Domain-wide delegation lacks ${missing.join(', ')}. Add them in the admin console; it may take a while until Google knows.`;
    throw new ConnectorError({ kind: 'forbidden', detail });
  }
  const { primaryEmail, isAdmin } = await client.user(client.settings.admin);
  const lacks = [
    ...(isAdmin ? [] : ['who is no super administrator']),
    ...(missing.length > 0 ? [`without ${missing.join(', ')}`] : []),
  ];
  return { actingAs: [primaryEmail, ...lacks].join(', '), scopes: granted };
}

async function find(client: Google, { email, employeeNumber }: PersonKeys): Promise<Account[]> {
  const found = new Map<string, User>();
  const { findBy } = client.settings;
  if (findBy.includes('email')) {
    const user = await client.userWith(email);
    if (user) found.set(user.id, user);
  }
  if (findBy.includes('employeeNumber') && employeeNumber !== null) {
    const hits = await client.usersWhere(`externalId="${employeeNumber.replaceAll('"', '')}"`);
    for (const user of hits) if (hasNumber(user, employeeNumber)) found.set(user.id, user);
  }
  return [...found.values()].map(toAccount);
}

/** The search finds other numbers of a person as well, such as that of their login elsewhere. */
const hasNumber = ({ externalIds }: User, number: string) =>
  externalIds.some(({ type, value }) => type === 'organization' && value === number);

const toAccount = (user: User): Account => ({
  id: user.id,
  login: user.primaryEmail,
  status: user.suspended || user.archived ? 'suspended' : 'active',
  privileged: user.isAdmin || user.isDelegatedAdmin,
  lastSeenAt: lastSeen(user),
});

/** Google says 1970 of those who never signed in. */
function lastSeen({ lastLoginTime }: User): Date | null {
  const at = lastLoginTime === undefined ? Number.NaN : Date.parse(lastLoginTime);
  return at > 0 ? new Date(at) : null;
}
