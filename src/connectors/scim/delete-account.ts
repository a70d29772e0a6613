import { z } from 'zod';
import { change, done, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Scim } from './api.ts';
import type { Settings } from './settings.ts';

type Way = 'delete' | 'deactivate';

const summaries: Record<Way, string> = {
  delete: 'Deletes the account for good.',
  deactivate: 'Deletes the account for good: this application deletes what is deactivated.',
};

/** Removes the account, in the way that the application has for it. There is no way back. */
export function deleteAccount(settings: Pick<Settings, 'canDelete' | 'deactivation'>) {
  const way: Way = settings.canDelete ? 'delete' : 'deactivate';
  return transition({
    capability: 'account.delete',
    summary: summaries[way],
    scopes: [],
    // Where nothing can be suspended, this is what ends the sessions.
    mustPrecede: settings.deactivation === 'deletes' ? ['sessions.revoke'] : [],
    params: z.strictObject({}),
    state: z.strictObject({ exists: z.boolean() }),
    repeatable: true,

    async read(scim: Scim, accountId) {
      return { exists: (await scim.user(accountId)) !== null };
    },

    plan(now) {
      if (!now.exists) return done('The account no longer exists.');
      return change(`${summaries[way]} This cannot be undone.`, way);
    },

    async apply(scim, accountId, step: Way) {
      await unlessMissing(
        step === 'delete' ? scim.deleteUser(accountId) : scim.setActive(accountId, false),
      );
    },
  });
}
