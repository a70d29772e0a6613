import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Microsoft } from './api.ts';
import { scopes } from './scopes.ts';

interface Change {
  readonly enabled: boolean;
}

const synced =
  'The user is kept by an Active Directory, which would undo it: block the account there. Entra ID takes it ' +
  'over with the next synchronisation.';

/**
 * A blocked user keeps licences, groups and mailbox, so the way back is complete. Disable, do not delete: apps
 * behind Entra ID are told to deactivate by it.
 */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Stops the person from signing in to Microsoft 365 and every app behind Entra ID.',
  scopes: [scopes.readDirectory, scopes.enableUsers],
  // Or the person signs straight back in.
  mustPrecede: ['sessions.revoke', 'licences.remove', 'account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ enabled: z.boolean(), synced: z.boolean() }),
  settlesWithinMs: 5 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId) {
    const { accountEnabled, onPremisesSyncEnabled } = await microsoft.user(accountId);
    return { enabled: accountEnabled !== false, synced: onPremisesSyncEnabled === true };
  },

  plan(now): Plan<Change> {
    if (!now.enabled) return done('Sign-in is blocked.');
    return now.synced ? blocked(synced) : change('Block sign-in.', { enabled: false });
  },

  apply: (microsoft, accountId, { enabled }: Change) => microsoft.setEnabled(accountId, enabled),

  restore(now, before): Plan<Change> {
    if (now.enabled === before.enabled) return done('Sign-in is as it was before.');
    if (now.synced) return blocked(synced);
    const summary = before.enabled ? 'Allow sign-in again.' : 'Block sign-in again.';
    return change(summary, { enabled: before.enabled });
  },
});
