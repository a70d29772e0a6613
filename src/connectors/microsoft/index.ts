import { connector } from '#connector-kit/contract.ts';
import { openMicrosoft } from './api.ts';
import { createAccount } from './create-account.ts';
import { deleteAccount } from './delete-account.ts';
import { findAccounts, listAccounts } from './find-accounts.ts';
import { hosts } from './graph.ts';
import { handOverMailbox } from './hand-over-mailbox.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { lockDevices } from './lock-devices.ts';
import { moveReports } from './move-reports.ts';
import { preserveData } from './preserve-data.ts';
import { removeLicences } from './remove-licences.ts';
import { removeMethods } from './remove-methods.ts';
import { removeRoles } from './remove-roles.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';
import { transferFiles } from './transfer-files.ts';
import { ownedBy, transferOwnership } from './transfer-ownership.ts';
import { wipeDevices } from './wipe-devices.ts';

/** Microsoft Entra ID, and what of Microsoft 365 and Intune can be reached through Microsoft Graph. */
export const microsoft = connector({
  id: 'microsoft',
  name: 'Microsoft Entra ID and Microsoft 365',
  category: 'identity',
  settings,
  hosts: () => hosts,
  // Writes of one app in one tenant; far more reads. https://learn.microsoft.com/graph/throttling-limits
  allowed: { requests: 3_000, perSeconds: 150 },
  open: openMicrosoft,

  async check(client) {
    const tenant = await client.tenant();
    return {
      actingAs: `app ${client.settings.clientId} in ${tenant}`,
      scopes: await client.granted(),
    };
  },

  accounts: { find: findAccounts, list: listAccounts },

  owns: () => ownedBy,

  actions: [
    suspendAccount,
    revokeSessions,
    resetPassword,
    removeMethods,
    removeRoles,
    revokeTokens,
    leaveGroups,
    joinGroups,
    transferOwnership,
    moveReports,
    transferFiles,
    handOverMailbox,
    preserveData,
    removeLicences,
    lockDevices,
    wipeDevices,
    createAccount,
    deleteAccount,
  ],
});
