import { connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { openScim } from './api.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';
import { discover } from './discover.ts';
import { findAccounts, toAccount } from './find-accounts.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { moveReports, ownedBy } from './move-reports.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** Any application that speaks SCIM 2.0, with its quirks declared in the settings. */
export const scim = connector({
  id: 'scim',
  name: 'SCIM 2.0',
  category: 'identity',
  settings,
  hosts: ({ baseUrl }) => [hostOf(baseUrl)],
  open: openScim,

  async check(client) {
    await discover(client);
    return { actingAs: `SCIM client of ${hostOf(client.settings.baseUrl)}`, scopes: null };
  },

  accounts: {
    find: findAccounts,
    async *list(client) {
      for await (const user of client.allUsers()) yield toAccount(user, client.settings);
    },
  },

  owns: ({ managers }) => (managers === 'none' ? null : ownedBy),

  actions(declared) {
    // What deletes must not be offered as a suspension: it needs an approval, and has no way back.
    const suspends = declared.deactivation === 'suspends';
    return [
      ...(declared.canCreate ? [createAccount(declared)] : []),
      ...(suspends ? [suspendAccount] : []),
      ...(declared.groups === 'none' ? [] : [leaveGroups, joinGroups]),
      ...(declared.managers === 'none' ? [] : [moveReports]),
      ...(declared.canDelete || !suspends ? [deleteAccount(declared)] : []),
      ...(declared.suspendingEndsSessions ? [revokeSessions] : []),
    ];
  },
});
