import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { randomPassword } from '#connector-kit/random-password.ts';
import type { Microsoft } from './api.ts';
import { isExternal } from './find-accounts.ts';
import { isLater } from './is-later.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  changedAt: z.string().nullable(),
  /** It was changed since we looked for the first time. */
  changed: z.boolean(),
  keptBy: z.enum(['Entra ID', 'Active Directory', 'another organisation']),
});

/** Entra ID shows when the password was changed, never whether it is this one. */
export const resetPassword = transition({
  capability: 'password.reset',
  summary: 'Replaces the password by a random one that nobody knows.',
  scopes: [scopes.readDirectory, scopes.setPasswords],
  params: z.strictObject({}),
  state,
  settlesWithinMs: 5 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId, known) {
    const user = await microsoft.user(accountId);
    const changedAt = user.lastPasswordChangeDateTime ?? null;
    const before = known?.before ?? null;
    return {
      changedAt,
      changed: before !== null && isLater(changedAt, before.changedAt),
      keptBy: isExternal(user)
        ? ('another organisation' as const)
        : user.onPremisesSyncEnabled === true
          ? ('Active Directory' as const)
          : ('Entra ID' as const),
    };
  },

  plan({ changedAt, changed, keptBy }): Plan<'replace'> {
    if (changed) return done(`The password was replaced at ${changedAt}.`);
    if (keptBy === 'Entra ID') return change('Replace the password.', 'replace');
    return blocked(`The password is kept by ${keptBy}: replace it there.`);
  },

  apply: (microsoft, accountId, _: 'replace') => microsoft.setPassword(accountId, randomPassword()),
});
