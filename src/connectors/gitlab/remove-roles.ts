import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { GitLab } from './api.ts';
import { scopes } from './scopes.ts';

interface Change {
  readonly admin: boolean;
}

/** The administrator of the whole GitLab. Roles in groups and projects end with the block. */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Makes an administrator of GitLab an ordinary user.',
  scopes: [scopes.api],
  params: z.strictObject({}),
  state: z.strictObject({ admin: z.boolean(), ours: z.boolean() }),
  repeatable: true,

  async read(client: GitLab, accountId) {
    const { is_admin: admin } = await client.user(accountId);
    return { admin, ours: String((await client.me()).id) === accountId };
  },

  plan({ admin, ours }): Plan<Change> {
    if (!admin) return done('No administrator.');
    // Whoever is left is an administrator, or we would not be there: so the last one is never taken.
    if (ours)
      return blocked('Gatehouse itself signs in by this account. Give it another token first.');
    return change('Take away the administrator.', { admin: false });
  },

  apply: (client, accountId, { admin }: Change) => client.setAdmin(accountId, admin),

  restore(now, before): Plan<Change> {
    if (now.admin === before.admin) return done('Administrator or not, as before.');
    return change('Make an administrator again.', { admin: before.admin });
  },
});
