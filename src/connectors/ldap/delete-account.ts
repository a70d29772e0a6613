import { z } from 'zod';
import { change, transition } from '#connector-kit/contract.ts';
import { resultCode } from '#connector-kit/ldap-failure.ts';
import type { Directory } from './api.ts';
import { doneOnEvery, readWithReplicas, replicas, replicasSettleWithinMs } from './replicas.ts';

/** Deletes the entry for good. A key is never given out twice, so doing it again does nothing. */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary: 'Deletes the entry of the account from the directory for good.',
  scopes: ['delete entries'],
  params: z.strictObject({}),
  state: z.strictObject({ exists: z.boolean(), replicas }),
  settlesWithinMs: replicasSettleWithinMs,
  repeatable: true,

  read: (directory: Directory, accountId) =>
    readWithReplicas(directory, async (server) => ({
      exists: await directory.exists(server, accountId),
    })),

  plan(now) {
    if (now.exists) return change('Delete the entry.', 'delete' as const);
    return doneOnEvery(now.replicas, 'The entry is gone.');
  },

  async apply(directory, accountId, _step: 'delete') {
    if (!(await directory.exists(directory.first, accountId))) return;
    const { dn } = await directory.entry(directory.first, accountId, ['1.1']);
    await directory.first.delete(dn, [resultCode.noSuchObject]);
  },
});
