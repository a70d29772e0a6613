import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { type Slack, scimOf } from './api.ts';
import { scopes } from './scopes.ts';
import { isOrganisation, type Settings } from './settings.ts';

const state = z.strictObject({
  deactivated: z.boolean(),
  primaryOwner: z.boolean(),
  guest: z.boolean(),
  /** Of the person, in an organisation; null elsewhere. */
  workspaces: z.array(z.string()).nullable(),
});
type State = z.infer<typeof state>;

type Change =
  | { readonly do: 'deactivate' }
  /** `workspaces`: where they were before; Slack gives back none of them. */
  | { readonly do: 'activate'; readonly workspaces: readonly string[] };

/**
 * Deactivates by SCIM, and in an organisation by the admin method, which takes every workspace at once.
 * What shows it is the web API, so that the door that wrote is not the one that is believed.
 */
export const suspendAccount = (settings: Settings) =>
  transition({
    capability: 'account.suspend',
    summary: isOrganisation(settings)
      ? 'Deactivates the account in every workspace of the organisation.'
      : 'Deactivates the account, so that the person can no longer sign in to Slack.',
    scopes: isOrganisation(settings)
      ? [scopes.readUsers, scopes.adminWriteUsers, scopes.admin]
      : [scopes.readUsers, scopes.admin],
    mustPrecede: ['sessions.revoke'],
    params: z.strictObject({}),
    state,
    repeatable: true,
    // SCIM shows it some seconds later, workspaces of an organisation one after the other.
    settlesWithinMs: 5 * 60_000,

    async read(slack: Slack, accountId): Promise<State> {
      const user = await slack.user(accountId);
      const teams = user.enterprise_user?.teams ?? [];
      return {
        deactivated: user.deleted,
        primaryOwner: user.is_primary_owner,
        guest: user.is_restricted || user.is_ultra_restricted,
        workspaces: isOrganisation(settings) ? teams.toSorted() : null,
      };
    },

    plan(now): Plan<Change> {
      if (now.deactivated) return done('The account is deactivated.');
      if (now.primaryOwner) return blocked(primaryOwner);
      return change('Deactivate the active account.', { do: 'deactivate' });
    },

    async apply(slack, accountId, it: Change) {
      if (it.do === 'deactivate') {
        if (isOrganisation(settings)) return slack.deactivate(accountId);
        await scimOf(slack).setActive(accountId, false);
        return;
      }
      await scimOf(slack).setActive(accountId, true);
      const { enterprise_user } = await slack.user(accountId);
      for (const workspace of it.workspaces) {
        if (!enterprise_user?.teams.includes(workspace)) await slack.assign(accountId, workspace);
      }
    },

    restore(now, before): Plan<Change> {
      const lost = (before.workspaces ?? []).filter((it) => !now.workspaces?.includes(it));
      if (now.deactivated === before.deactivated && (before.deactivated || lost.length === 0)) {
        return done('The account is as it was before.');
      }
      if (before.deactivated) return change('Deactivate the account again.', { do: 'deactivate' });
      if (!now.deactivated && before.guest) {
        return blocked(
          `The guest is active again and lost ${lost.join(', ')}. Invite them there by hand: which channels they were in, Slack no longer tells.`,
        );
      }
      const back = before.guest ? [] : lost;
      const summary =
        back.length === 0
          ? 'Activate the account again.'
          : `Activate the account again, and put it back into ${back.join(', ')}.`;
      return change(summary, { do: 'activate', workspaces: back });
    },
  });

/** Slack lets nobody touch the primary owner; a person has to see to it. */
export const primaryOwner =
  'This is the primary owner of Slack, whom nobody else can change. They, or Slack on request, hand the role to somebody else first: Settings, then Transfer primary ownership.';
