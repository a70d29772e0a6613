import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { JumpCloud } from './api.ts';
import { permission } from './settings.ts';

/** For good. On devices the account is disabled and its files stay; apps behind JumpCloud may delete theirs. */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary: 'Deletes the user, and unbinds them from every device, group and app.',
  scopes: [permission],
  params: z.strictObject({}),
  state: z.strictObject({ exists: z.boolean() }),
  repeatable: true,

  async read(jumpCloud: JumpCloud, accountId) {
    const user = await unlessMissing(jumpCloud.user(accountId));
    // A wrong address answers 404 as well, so users have to be there before this one is believed to be gone.
    if (user === null) await jumpCloud.oneUser();
    return { exists: user !== null };
  },

  plan: ({ exists }): Plan<null> =>
    exists ? change('Delete the user.', null) : done('The user no longer exists in JumpCloud.'),

  async apply(jumpCloud, accountId) {
    await unlessMissing(jumpCloud.deleteUser(accountId));
  },
});
