import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  suspended: z.boolean(),
  /** ADMIN: by an administrator. Anything else: by Google itself. Null: not told. */
  reason: z.string().nullable(),
  /** An archived user cannot sign in either. */
  archived: z.boolean(),
});
type State = z.infer<typeof state>;

type Step = 'suspend' | 'lift';

const byGoogle = ({ suspended, reason }: State) =>
  suspended && reason !== null && reason !== 'ADMIN';

/**
 * What a suspension by Google itself means, and who lifts it, is not ours to say: such an account is
 * neither called blocked nor lifted.
 */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary:
    'Stops the person from signing in. Google then takes no new mail or invitation for them; files and calendars stay.',
  scopes: [scopes.users],
  // When files are moved Google writes to their owner too, which reaches nobody who is suspended.
  mustPrecede: ['data.transfer', 'account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(google: Google, accountId) {
    const { suspended, suspensionReason, archived } = await google.user(accountId);
    return { suspended, reason: suspensionReason ?? null, archived };
  },

  plan(now): Plan<Step> {
    if (now.archived) return done('The account is archived.');
    if (byGoogle(now)) {
      return blocked(
        `Google itself has suspended the account (${now.reason}), and may lift that, or let the person do so. ` +
          'Restore it in the admin console and let Gatehouse suspend it, or leave it at that.',
      );
    }
    if (now.suspended) return done('The account is suspended.');
    return change('Suspend the active account.', 'suspend');
  },

  apply: (google, accountId, step: Step) =>
    google.change(accountId, { suspended: step === 'suspend' }),

  restore(now, before): Plan<Step> {
    if (now.archived !== before.archived)
      return blocked('The account was archived or brought back meanwhile. Decide by hand.');
    if (now.suspended === before.suspended) return done('The account is as it was before.');
    if (byGoogle(now)) {
      return blocked(
        `Google itself has suspended the account (${now.reason}); no administrator can lift that.`,
      );
    }
    return before.suspended
      ? change('Suspend the account again.', 'suspend')
      : change('Lift the suspension.', 'lift');
  },
});
