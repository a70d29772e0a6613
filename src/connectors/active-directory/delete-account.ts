import { z } from 'zod';
import { change, done, transition, underway } from '#connector-kit/contract.ts';
import { resultCode } from '#connector-kit/ldap-failure.ts';
import type { Domain } from './api.ts';
import { readControllers, unreadSentence } from './controllers.ts';

const state = z.strictObject({
  controllers: z.array(
    z.strictObject({
      controller: z.string(),
      /** Null: it could not be read. */
      exists: z.boolean().nullable(),
    }),
  ),
});

/**
 * Deletes the account. Its SID is never given out again, so permissions that name it are lost
 * even if an account of that name is made anew. Disable first, delete much later.
 */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary: 'Deletes the account from the domain for good.',
  scopes: ['delete accounts'],
  params: z.strictObject({}),
  state,
  // A deletion is made on one controller; between sites it travels for hours (3 by default).
  settlesWithinMs: 4 * 60 * 60_000,
  repeatable: true,

  async read(domain: Domain, accountId) {
    const readings = await readControllers(domain, (it) => domain.exists(it, accountId));
    return {
      controllers: readings.map(({ controller, value }) => ({ controller, exists: value })),
    };
  },

  plan({ controllers }) {
    const unread = controllers.filter(({ exists }) => exists === null);
    const showing = controllers.filter(({ exists }) => exists === true);
    const names = showing.map(({ controller }) => controller).join(', ');
    if (showing.length > 0 && showing.length + unread.length === controllers.length) {
      return change('Delete the account.', 'delete' as const);
    }
    if (showing.length > 0) return underway(`Deleted; ${names} does not show it yet.`);
    const waiting = unreadSentence(unread.map(({ controller }) => controller));
    if (waiting !== null) return underway(waiting);
    return done('No domain controller shows the account.');
  },

  async apply(domain, accountId, _step: 'delete') {
    await domain.onFirst(async (controller) => {
      if (!(await domain.exists(controller, accountId))) return;
      const { dn } = await domain.entry(controller, accountId, ['1.1']);
      await controller.delete(dn, [resultCode.noSuchObject]);
    });
  },
});
