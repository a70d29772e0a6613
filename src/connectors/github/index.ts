import { connector, type Identity } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { ConnectorError } from '#core/failure.ts';
import { type GitHub, openGitHub } from './api.ts';
import { joinTeams } from './join-teams.ts';
import { leaveTeams } from './leave-teams.ts';
import { ownedBy } from './owned.ts';
import { find, list } from './people.ts';
import { held } from './permissions.ts';
import { removeLicences } from './remove-licences.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { addressesOf, settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** An organisation on github.com, on ghe.com or on a GitHub Enterprise Server. */
export const github = connector({
  id: 'github',
  name: 'GitHub',
  category: 'code',
  settings,
  hosts: (it) => [hostOf(addressesOf(it).rest)],
  // One's own GitHub Enterprise Server has none. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
  allowed: ({ address }) => (address === undefined ? { requests: 5_000, perSeconds: 3_600 } : null),
  open: openGitHub,
  check,
  accounts: { find, list, own },
  owns: () => ownedBy,
  takesList: () => 'accounts',
  actions: ({ copilot }) => [
    ...[suspendAccount, removeRoles, revokeTokens, leaveTeams, joinTeams],
    ...(copilot ? [removeLicences] : []),
  ],
});

/** An app is no member; a token is of whoever made it. */
async function own(client: GitHub): Promise<string | null> {
  return client.settings.token === undefined ? null : String((await client.me()).id);
}

async function check(client: GitHub): Promise<Identity> {
  const { organisation } = client.settings;
  const app = await client.app();
  if (app) {
    // The token of the app may have been kept from before; what it opens now only a call tells.
    await client.seesAnOwner();
    const reach = app.isForAllRepositories ? '' : ', some of its repositories only';
    return { actingAs: `app ${app.app} in ${organisation}${reach}`, scopes: held(app.permissions) };
  }
  const { login } = await client.me();
  const membership = await client.membership(login);
  if (membership?.role === 'admin')
    return { actingAs: `${login} in ${organisation}`, scopes: null };
  throw new ConnectorError({
    kind: 'forbidden',
    detail: `${login}, whose token this is, is no owner of ${organisation}. Only an owner may remove people.`,
  });
}
