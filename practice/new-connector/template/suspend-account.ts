import { z } from 'zod';
import { change, done, transition } from '#connector-kit/contract.ts';
import type { SampleClient } from './api.ts';

export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Deactivates the user, so that the person can no longer sign in.',
  scopes: [],
  // Blocking comes first: whoever is signed out before could sign in again in between.
  mustPrecede: ['sessions.revoke', 'account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ active: z.boolean() }),
  repeatable: true,

  async read(client: SampleClient, accountId) {
    const { active } = await client.user(accountId);
    return { active };
  },

  plan({ active }) {
    return active
      ? change('Deactivate the active user.', { active: false })
      : done('The user is deactivated.');
  },

  async apply(client, accountId, { active }: { active: boolean }) {
    await client.setActive(accountId, active);
  },

  restore(now, before) {
    if (now.active === before.active) return done('The user is as it was before.');
    const summary = before.active ? 'Activate the user again.' : 'Deactivate the user again.';
    return change(summary, { active: before.active });
  },
});
