import { z } from 'zod';
import {
  blocked,
  byHand,
  done,
  type HandOrder,
  type Plan,
  transition,
} from '#connector-kit/contract.ts';
import type { Slack } from './api.ts';
import { scopes } from './scopes.ts';
import type { Settings } from './settings.ts';
import type { SlackUser } from './shapes.ts';
import { primaryOwner } from './suspend-account.ts';

// What the plan of Slack gives no interface for: a person does it, and Slack is read until it shows.

const manageMembers = 'In Slack: name of the workspace, Tools & settings, Manage members.';

/** Free and Pro: Slack offers no way to deactivate anybody but its own pages. */
export const suspendByHand = ({ assignTo }: Settings) =>
  transition({
    capability: 'account.suspend',
    summary: 'A person deactivates the account in Slack, and Slack is read until it shows.',
    scopes: [scopes.readUsers],
    params: z.strictObject({}),
    state: z.strictObject({
      login: z.string(),
      deactivated: z.boolean(),
      primaryOwner: z.boolean(),
    }),

    async read(slack: Slack, accountId) {
      const user = await slack.user(accountId);
      return {
        login: loginOf(user),
        deactivated: user.deleted,
        primaryOwner: user.is_primary_owner,
      };
    },

    plan(now): Plan<never> {
      if (now.deactivated) return done('The account is deactivated.');
      if (now.primaryOwner) return blocked(primaryOwner);
      return byHand(
        order(`${manageMembers} Find ${now.login}, open the menu, Deactivate account.`, assignTo),
        null,
      );
    },

    // Nothing is ever planned for us.
    async apply(_slack, _accountId, _change: never) {},

    restore(now, before): Plan<never> {
      if (now.deactivated === before.deactivated) return done('The account is as it was before.');
      const act = before.deactivated ? 'Deactivate account' : 'Activate account';
      return byHand(
        order(`${manageMembers} Find ${now.login}, open the menu, ${act}.`, assignTo),
        null,
      );
    },
  });

const ranks = ['primary owner', 'owner', 'admin', 'member'] as const;

/** Below Enterprise roles change only on the pages of Slack. */
export const removeRolesByHand = ({ assignTo }: Settings) =>
  transition({
    capability: 'roles.remove',
    summary: 'A person makes an owner or admin a member, and Slack is read until it shows.',
    scopes: [scopes.readUsers],
    params: z.strictObject({}),
    state: z.strictObject({
      login: z.string(),
      deactivated: z.boolean(),
      rank: z.enum(ranks),
    }),

    async read(slack: Slack, accountId) {
      const user = await slack.user(accountId);
      return { login: loginOf(user), deactivated: user.deleted, rank: rankOf(user) };
    },

    plan({ login, deactivated, rank }): Plan<never> {
      if (rank === 'primary owner') return blocked(primaryOwner);
      if (rank === 'member') {
        return done(
          deactivated
            ? 'The account is deactivated, and holds no role.'
            : 'A member without a role.',
        );
      }
      return byHand(
        order(
          `${manageMembers} Find ${login}, who is ${rank}; open the menu, Change account type, Member.`,
          assignTo,
        ),
        null,
      );
    },

    async apply(_slack, _accountId, _change: never) {},

    restore(now, before): Plan<never> {
      if (now.rank === before.rank) return done(`The account is ${now.rank} as before.`);
      return byHand(
        order(
          `${manageMembers} Find ${now.login}; open the menu, Change account type, ${before.rank}.`,
          assignTo,
        ),
        null,
      );
    },
  });

const loginOf = ({ id, name, profile }: SlackUser): string => profile?.email ?? name ?? id;

function rankOf({ is_primary_owner, is_owner, is_admin }: SlackUser): (typeof ranks)[number] {
  if (is_primary_owner) return 'primary owner';
  if (is_owner) return 'owner';
  return is_admin ? 'admin' : 'member';
}

const order = (instructions: string, assignTo: HandOrder['assignTo']): HandOrder => ({
  instructions,
  proof: ['what Slack shows now'],
  assignTo,
  deadline: null,
  mustName: null,
});
