import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { GitLab } from './api.ts';
import { scopes } from './scopes.ts';

const closed: Readonly<Record<string, string>> = {
  blocked: 'The account is blocked.',
  ldap_blocked: 'The account is blocked through LDAP.',
  banned: 'The account is banned.',
};

/**
 * Blocks, and never deactivates: whoever is deactivated becomes active again by signing in. A blocked user
 * keeps groups and projects, so the way back is complete.
 */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Blocks the user, which ends signing in, Git and the API at once.',
  scopes: [scopes.api],
  mustPrecede: ['tokens.revoke', 'mfa.remove'],
  params: z.strictObject({}),
  state: z.strictObject({
    state: z.string(),
    /** It is the account by which we are there. */
    ours: z.boolean(),
  }),
  repeatable: true,

  async read(client: GitLab, accountId) {
    const { state } = await client.user(accountId);
    return { state, ours: String((await client.me()).id) === accountId };
  },

  plan({ state, ours }): Plan<'block' | 'unblock'> {
    const because = closed[state];
    if (because !== undefined) return done(because);
    if (ours)
      return blocked('Gatehouse itself signs in by this account. Give it another token first.');
    if (state === 'active' || state === 'deactivated') {
      return change(`Block the ${state} account.`, 'block');
    }
    return blocked(`GitLab says that the account is ${state}. Block it by hand: Admin → Users.`);
  },

  async apply(client, accountId, step: 'block' | 'unblock') {
    await (step === 'block' ? client.block(accountId) : client.unblock(accountId));
  },

  restore(now, before): Plan<'block' | 'unblock'> {
    if (now.state === before.state) return done(`The account is ${now.state} as before.`);
    if (now.state === 'active') return done('The account can be used again.');
    if (now.state === 'blocked') return change('Lift the block.', 'unblock');
    return blocked(`The account is ${now.state}, which only LDAP or an administrator can lift.`);
  },
});
