import { connector } from '#connector-kit/contract.ts';
import { ldapHost } from '#connector-kit/ldap.ts';
import { openDomain } from './api.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';
import { moveReports, transferOwnership } from './hand-over.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { ownedBy } from './owned.ts';
import { resetPassword } from './reset-password.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** An Active Directory domain, on Windows Server or on Samba. */
export const activeDirectory = connector({
  id: 'active-directory',
  name: 'Active Directory',
  category: 'identity',
  settings,
  hosts: ({ controllers }) => controllers.map(ldapHost),
  open: (it, io) => openDomain(it, io),
  close: (domain) => domain.close(),

  async check(domain) {
    return { actingAs: await domain.check(), scopes: null };
  },

  accounts: {
    find: (domain, person) => domain.accountsOf(person),
    own: (domain) => domain.ownAccount(),
    list: (domain) => domain.allAccounts(),
  },

  owns: () => ownedBy,

  actions: ({ newAccountsIn }) => [
    ...(newAccountsIn === undefined ? [] : [createAccount(newAccountsIn)]),
    suspendAccount,
    resetPassword,
    leaveGroups,
    joinGroups,
    transferOwnership,
    moveReports,
    deleteAccount,
  ],
});
