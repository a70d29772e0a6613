import { connector } from '#connector-kit/contract.ts';
import { hosts, openZoom } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { leaveGroups } from './leave-groups.ts';
import { findUser, listUsers, meetingsOwned } from './people.ts';
import { removeLicence } from './remove-licence.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** Meetings, webinars and recordings in one account of Zoom. */
export const zoom = connector({
  id: 'zoom',
  name: 'Zoom',
  category: 'collaboration',
  settings,
  hosts: () => hosts,
  // Medium requests with the plan Pro; others allow more. https://developers.zoom.us/docs/api/rate-limits/
  allowed: { requests: 20, perSeconds: 1 },
  open: openZoom,

  async check(client) {
    const scopes = await client.granted();
    await client.oneUser();
    return { actingAs: `app ${client.settings.clientId}`, scopes };
  },

  accounts: { find: findUser, list: listUsers },
  owns: () => meetingsOwned,
  actions: [suspendAccount, revokeSessions, removeRoles, leaveGroups, removeLicence, deleteAccount],
});
