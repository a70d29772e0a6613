import { type Account, connector, type PersonKeys } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { type JumpCloud, openJumpCloud, type User } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { lockDevices } from './lock-devices.ts';
import { removeFactors } from './remove-factors.ts';
import { removeRoles } from './remove-roles.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { settings } from './settings.ts';
import { stateOf, suspendAccount } from './suspend-account.ts';
import { wipeDevices } from './wipe-devices.ts';

/** The directory JumpCloud, with the devices that its people sign in to. */
export const jumpCloud = connector({
  id: 'jumpcloud',
  name: 'JumpCloud',
  category: 'identity',
  settings,
  hosts: ({ address }) => [hostOf(address)],
  open: openJumpCloud,

  async check(client) {
    await client.oneUser();
    return { actingAs: `API key of ${(await client.organisation()) ?? 'JumpCloud'}`, scopes: null };
  },

  accounts: {
    find,
    async *list(client) {
      for await (const user of client.allUsers()) yield toAccount(user);
    },
  },

  actions: [
    suspendAccount,
    revokeSessions,
    resetPassword,
    removeFactors,
    revokeTokens,
    removeRoles,
    leaveGroups,
    joinGroups,
    lockDevices,
    wipeDevices,
    deleteAccount,
  ],
});

async function find(client: JumpCloud, { email, employeeNumber }: PersonKeys): Promise<Account[]> {
  const known = { email, username: email, employeeIdentifier: employeeNumber };
  const wanted = client.settings.findBy.flatMap((key) => {
    const value = known[key];
    return value === null ? [] : [{ key, value }];
  });
  if (wanted.length === 0) return [];
  // JumpCloud keeps addresses and usernames in small letters, and compares letter by letter.
  const found = await client.usersWith(
    wanted.map(({ key, value }) => ({
      [key]: key === 'employeeIdentifier' ? value : value.toLowerCase(),
    })),
  );
  const isMeant = (it: User) =>
    wanted.some(({ key, value }) => it[key]?.toLowerCase() === value.toLowerCase());
  return found.filter(isMeant).map(toAccount);
}

const toAccount = (it: User): Account => ({
  id: it._id,
  login: it.username,
  // Who is staged was never let in.
  status: stateOf(it) === 'ACTIVATED' ? 'active' : 'suspended',
  privileged: it.admin != null || it.sudo === true,
  lastSeenAt: null,
});
