import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { roles, type Tailscale } from './api.ts';
import { scopes } from './settings.ts';

const state = z.strictObject({ suspended: z.boolean(), role: z.enum(roles) });
type Change = 'suspend' | 'restore';

/** Devices, keys and roles of a suspended user stay, so the way back is complete. */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary:
    'Suspends the user: devices no longer connect, and their API tokens and auth keys stop working.',
  scopes: [scopes.users],
  // Whoever may still sign in lets the device in again.
  mustPrecede: ['sessions.revoke', 'account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(tailscale: Tailscale, accountId) {
    const { status, role } = await tailscale.user(accountId);
    return { suspended: status === 'suspended', role };
  },

  plan({ suspended, role }): Plan<Change> {
    if (suspended) return done('The user is suspended.');
    return role === 'owner' ? blocked(ownerFirst) : change('Suspend the user.', 'suspend');
  },

  apply: (tailscale, accountId, what: Change) => tailscale[what](accountId),

  restore(now, before): Plan<Change> {
    if (now.suspended === before.suspended) return done('The user is as before.');
    return before.suspended
      ? change('Suspend the user again.', 'suspend')
      : change('Restore the user.', 'restore');
  },
});

/** A tailnet has one owner, who can be neither suspended nor deleted. */
export const ownerFirst =
  'This is the owner of the tailnet. Make somebody else the owner first: admin console → Users, by the owner.';
