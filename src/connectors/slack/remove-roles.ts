import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Slack } from './api.ts';
import { scopes } from './scopes.ts';
import { primaryOwner } from './suspend-account.ts';

const Held = z.strictObject({
  /** A workspace, or the organisation itself. */
  at: z.string(),
  role: z.enum(['Admin', 'Owner']),
});
type Held = z.infer<typeof Held>;

const state = z.strictObject({
  deactivated: z.boolean(),
  primaryOwner: z.boolean(),
  /** Of the organisation first: to take that away takes others along. */
  roles: z.array(Held),
});

type Change =
  | { readonly do: 'take'; readonly at: readonly string[] }
  | { readonly do: 'give'; readonly roles: readonly Held[] };

/**
 * Makes an owner or admin a member, in the organisation first: while somebody is admin of that, Slack
 * refuses in its workspaces, and who owns it is made owner of all of them.
 */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Makes an owner or admin of the organisation or of workspaces a member.',
  scopes: [scopes.readUsers, scopes.adminReadWorkspaces, scopes.adminWriteUsers],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(slack: Slack, accountId) {
    const user = await slack.user(accountId);
    const { enterprise_user: organisation } = user;
    const roles: Held[] = [];
    if (organisation?.is_owner) roles.push({ at: organisation.enterprise_id, role: 'Owner' });
    else if (organisation?.is_admin) roles.push({ at: organisation.enterprise_id, role: 'Admin' });
    for (const at of organisation?.teams.toSorted() ?? []) {
      if ((await slack.owners(at)).has(accountId)) roles.push({ at, role: 'Owner' });
      else if ((await slack.admins(at)).has(accountId)) roles.push({ at, role: 'Admin' });
    }
    return { deactivated: user.deleted, primaryOwner: user.is_primary_owner, roles };
  },

  plan({ deactivated, primaryOwner: isPrimary, roles }): Plan<Change> {
    if (isPrimary) return blocked(primaryOwner);
    if (roles.length > 0) {
      return change(`Make a member instead of ${inWords(roles)}.`, {
        do: 'take',
        at: roles.map(({ at }) => at),
      });
    }
    return done(
      deactivated
        ? 'The account is deactivated, and Slack shows no role of it.'
        : 'Neither owner nor admin anywhere.',
    );
  },

  async apply(slack, accountId, it: Change) {
    if (it.do === 'take') for (const at of it.at) await slack.setRole(accountId, at, 'Regular');
    else for (const { at, role } of it.roles) await slack.setRole(accountId, at, role);
  },

  restore({ roles: now }, { roles: before }): Plan<Change> {
    const has = (it: Held) => now.some(({ at, role }) => at === it.at && role === it.role);
    const lost = before.filter((it) => !has(it));
    if (lost.length === 0) return done('Every role from before.');
    return change(`Give back: ${inWords(lost)}.`, { do: 'give', roles: lost });
  },
});

const inWords = (roles: readonly Held[]) =>
  roles
    .map(
      ({ at, role }) => `${role.toLowerCase()} of ${at.startsWith('E') ? 'the organisation' : at}`,
    )
    .join(', ');
