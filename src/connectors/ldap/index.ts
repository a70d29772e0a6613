import { connector } from '#connector-kit/contract.ts';
import { ldapHost } from '#connector-kit/ldap.ts';
import { openDirectory } from './api.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';
import { moveReports, ownedBy, transferOwnership } from './hand-over.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { resetPassword } from './reset-password.ts';
import { lockOf, settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** Any LDAP directory but Active Directory: OpenLDAP, 389 Directory Server, FreeIPA, … */
export const ldap = connector({
  id: 'ldap',
  name: 'LDAP directory',
  category: 'identity',
  settings,
  hosts: ({ servers }) => servers.map(ldapHost),
  open: (it, io) => openDirectory(it, io),
  close: (directory) => directory.close(),

  async check(directory) {
    return { actingAs: await directory.check(), scopes: null };
  },

  accounts: {
    find: (directory, person) => directory.accountsOf(person),
    list: (directory) => directory.allAccounts(),
    own: (directory) => directory.ownAccount(),
  },

  owns: () => ownedBy,

  actions: (it) => [
    ...(it.newAccountsIn === undefined ? [] : [createAccount(it.newAccountsIn, lockOf(it))]),
    suspendAccount(lockOf(it)),
    resetPassword(lockOf(it)),
    leaveGroups(it),
    joinGroups,
    transferOwnership,
    moveReports,
    deleteAccount,
  ],
});
