import {
  type Account,
  connector,
  type Identity,
  type PersonKeys,
} from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { type GitLab, openGitLab, type User } from './api.ts';
import { deleteEnterpriseUser } from './delete-enterprise-user.ts';
import { removeEnterpriseFactors } from './enterprise-factors.ts';
import { revokeEnterpriseTokens } from './enterprise-tokens.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { leaveTopGroup } from './leave-top-group.ts';
import { levels } from './memberships.ts';
import { ownedBy } from './owned.ts';
import { findInGroup, listGroup } from './people.ts';
import { removeFactors } from './remove-factors.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { addressOf, isGitLabCom, settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';
import type { Top } from './top-group.ts';

/** A GitLab of one's own or a dedicated one, or one top-level group of gitlab.com. */
export const gitlab = connector({
  id: 'gitlab',
  name: 'GitLab',
  category: 'code',
  settings,
  hosts: (it) => [hostOf(addressOf(it))],
  // Of one user of gitlab.com; on one's own GitLab its administrator says. https://docs.gitlab.com/user/gitlab_com/rate_limits/
  allowed: (it) => (isGitLabCom(addressOf(it)) ? { requests: 2_000, perSeconds: 60 } : null),
  open: openGitLab,
  check: (client) => (client.top ? checkGroup(client, client.top) : checkAll(client)),

  accounts: {
    find: (client, person) =>
      client.top ? findInGroup(client, client.top, person) : find(client, person),
    list: (client) => (client.top ? listGroup(client, client.top) : list(client)),
    own: async (client) => String((await client.me()).id),
  },
  owns: () => ownedBy,
  takesList: () => 'accounts',
  actions: ({ group, findBy = [], credentials }) =>
    group === undefined
      ? [suspendAccount, removeRoles, revokeTokens, removeFactors, leaveGroups, joinGroups]
      : [
          ...[leaveTopGroup, leaveGroups, joinGroups],
          ...(findBy.includes('enterprise') ? [removeEnterpriseFactors, deleteEnterpriseUser] : []),
          ...(credentials ? [revokeEnterpriseTokens] : []),
        ],
});

async function checkAll(client: GitLab): Promise<Identity> {
  const { username, is_admin: isAdmin } = await client.me();
  if (isAdmin) return { actingAs: username, scopes: await client.scopes() };
  throw new ConnectorError({
    kind: 'forbidden',
    detail: `${username}, whose token this is, is no administrator, or the token lacks admin_mode.`,
  });
}

async function checkGroup(client: GitLab, top: Top): Promise<Identity> {
  const { id, username } = await client.me();
  const { id: group, parent_id } = await top.self();
  if (parent_id !== null) {
    const detail = `${top.path} is inside of another group. Connect the top-level group.`;
    throw new ConnectorError({ kind: 'rejected', detail });
  }
  const member = await unlessMissing(client.member(`groups/${group}`, String(id)));
  if (member?.access_level !== levels.owner) {
    const detail = `${username}, whose token this is, is no owner of ${top.path}. Only an owner may remove people.`;
    throw new ConnectorError({ kind: 'forbidden', detail });
  }
  // Groups on another plan answer that there is no such thing.
  if (client.settings.credentials) await top.sshKeysOf(String(id));
  return { actingAs: `${username} in ${top.path}`, scopes: await client.scopes() };
}

async function* list(client: GitLab): AsyncIterable<Account> {
  for await (const user of client.allUsers()) yield toAccount(user);
}

/** The search finds parts as well; only the whole address counts. */
async function find(client: GitLab, { email }: PersonKeys): Promise<Account[]> {
  const found: Account[] = [];
  for await (const user of client.usersLike(email)) {
    if (user.email.toLowerCase() === email.toLowerCase()) found.push(toAccount(user));
  }
  return found;
}

const toAccount = ({
  id,
  username,
  state,
  is_admin,
  last_activity_on: lastSeen,
}: User): Account => ({
  id: String(id),
  login: username,
  // Who is deactivated becomes active by signing in.
  status: state === 'active' || state === 'deactivated' ? 'active' : 'suspended',
  privileged: is_admin,
  lastSeenAt: lastSeen ?? null,
});
