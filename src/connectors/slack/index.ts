import { connector } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { openSlack } from './api.ts';
import type { SlackBot } from './bot.ts';
import { removeRolesByHand, suspendByHand } from './by-hand.ts';
import { chat } from './chat.ts';
import { createAccount } from './create-account.ts';
import { integrationsOf } from './integrations.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { findPeople, listPeople } from './people.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { scimHost } from './scim.ts';
import { botScopes } from './scopes.ts';
import { hasScim, isOrganisation, settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** The workspaces of a company in Slack, whatever its plan. */
export const slack = connector({
  id: 'slack',
  name: 'Slack',
  category: 'collaboration',
  settings,
  hosts: (it) => ['slack.com:443', ...(hasScim(it) ? [`${scimHost}:443`] : [])],
  open: openSlack,

  async check(client) {
    const { user, team, granted, is_enterprise_install } = await client.whoAmI();
    if (isOrganisation(client.settings) && !is_enterprise_install) {
      const detail = `The app is installed in the workspace ${team} only. An owner of the organisation has to install it on the whole organisation.`;
      throw new ConnectorError({ kind: 'forbidden', detail });
    }
    await client.scim?.oneUser();
    const lacking = client.bot ? await lackingOf(client.bot) : [];
    if (lacking.length > 0) {
      const detail = `The bot token lacks ${lacking.join(', ')}. Add it to the app and install the app again.`;
      throw new ConnectorError({ kind: 'forbidden', detail });
    }
    return { actingAs: `${user} in ${team}`, scopes: granted };
  },

  chat: ({ botToken }) => (botToken === undefined ? null : chat),

  accounts: {
    find: findPeople,
    list: listPeople,
    own: async (client) => (await client.whoAmI()).user_id,
  },

  // The log of integrations takes the scope “admin”, which an app for the Free plan need not have.
  owns: ({ plan }) => (plan === 'free' ? null : integrationsOf),

  actions: (it) => {
    const groups = [leaveGroups(it), joinGroups(it)];
    switch (it.plan) {
      case 'free':
        return [suspendByHand(it), removeRolesByHand(it)];
      case 'pro':
        return [suspendByHand(it), removeRolesByHand(it), ...groups];
      case 'business':
        return [suspendAccount(it), removeRolesByHand(it), ...groups, createAccount];
      case 'enterprise':
        return [suspendAccount(it), revokeSessions, removeRoles, ...groups, createAccount];
    }
  },
});

/** Scopes that the bot token is not granted, where Slack tells. */
async function lackingOf(bot: SlackBot): Promise<readonly string[]> {
  const { granted } = await bot.whoAmI();
  return granted === null ? [] : Object.values(botScopes).filter((it) => !granted.includes(it));
}
