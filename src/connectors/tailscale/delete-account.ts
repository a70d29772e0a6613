import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { roles, type Tailscale } from './api.ts';
import { scopes } from './settings.ts';
import { ownerFirst } from './suspend-account.ts';

/** Devices without a tag go with their user. */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary: 'Deletes the user with all devices that carry no tag.',
  scopes: [scopes.users],
  params: z.strictObject({}),
  /** Null: there is no such user any more. */
  state: z.strictObject({ role: z.enum(roles).nullable() }),

  async read(tailscale: Tailscale, accountId) {
    const found = await unlessMissing(tailscale.user(accountId));
    if (found) return { role: found.role };
    // Not found may also mean that we are not shown anybody.
    const others = await tailscale.users();
    return { role: others.find(({ id }) => id === accountId)?.role ?? null };
  },

  plan({ role }): Plan<'delete'> {
    if (role === null) return done('The user no longer exists in the tailnet.');
    return role === 'owner'
      ? blocked(ownerFirst)
      : change('Delete the user and devices.', 'delete');
  },

  async apply(tailscale, accountId, _it: 'delete') {
    await tailscale.deleteUser(accountId);
  },
});
