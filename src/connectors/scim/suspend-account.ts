import { z } from 'zod';
import { blocked, change, done, transition } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Scim } from './api.ts';

const state = z.strictObject({
  /** Null: the server does not tell. */
  active: z.boolean().nullable(),
});

/** Sets `active` to false. Only for applications that keep the account then. */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Deactivates the account, so that the person can no longer sign in.',
  scopes: [],
  mustPrecede: ['sessions.revoke', 'account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(scim: Scim, accountId) {
    const user = await scim.user(accountId);
    if (user) return { active: user.active };
    // Not "suspended": that an account is out of our sight does not mean nobody can use it.
    throw new ConnectorError({ kind: 'not-found', detail: 'The account no longer exists there' });
  },

  plan(now) {
    if (now.active === false) return done('The account is deactivated.');
    if (now.active === null) return blocked(untold);
    return change('Deactivate the active account.', { active: false });
  },

  async apply(scim, accountId, { active }: { active: boolean }) {
    await scim.setActive(accountId, active);
  },

  restore(now, before) {
    if (now.active === before.active) return done('The account is as it was before.');
    if (now.active === null || before.active === null) return blocked(untold);
    const summary = before.active ? 'Activate the account again.' : 'Deactivate the account again.';
    return change(summary, { active: before.active });
  },
});

const untold =
  'The application does not show whether the account is active, so a change could not be proved.';
