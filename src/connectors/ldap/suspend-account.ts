import { z } from 'zod';
import { blocked, change, transition } from '#connector-kit/contract.ts';
import type { LdapServer } from '#connector-kit/ldap.ts';
import { type LdapEntry, textOf, textsOf } from '#connector-kit/ldap-entry.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Directory, has } from './api.ts';
import { doneOnEvery, readWithReplicas, replicas, replicasSettleWithinMs } from './replicas.ts';
import { isLocked, type Lock } from './settings.ts';

const state = z.strictObject({
  /** The values of the attribute that locks, as the first server shows them. */
  lock: z.array(z.string()),
  /** Whether the password policy heeds locks; null where nobody told us which policy applies. */
  enforced: z.boolean().nullable(),
  replicas,
});

/**
 * Locks the account by the attribute that this server heeds, and puts back exactly what was
 * there. A lock stops passwords; keys and certificates kept elsewhere are not its business.
 */
export const suspendAccount = (lock: Lock) =>
  transition({
    capability: 'account.suspend',
    summary: 'Locks the account, so that its password is no longer accepted.',
    scopes: [`write ${lock.attribute}`],
    mustPrecede: ['account.delete'],
    params: z.strictObject({}),
    state,
    settlesWithinMs: replicasSettleWithinMs,
    repeatable: true,

    read: (directory: Directory, accountId) =>
      readWithReplicas(directory, async (server) => {
        const attributes = [lock.attribute, 'pwdPolicySubentry'];
        const entry = await directory.entry(server, accountId, attributes);
        const enforced = isOpenLdap(lock) ? await enforces(directory, server, entry) : null;
        return { lock: [...textsOf(entry, lock.attribute)], enforced };
      }),

    plan(now) {
      if (!isLocked(lock, now.lock)) {
        return change(`Set ${lock.attribute} to ${lock.value}.`, { lock: [lock.value] });
      }
      if (now.enforced === false) {
        return blocked(
          'The account is locked, but the password policy that applies to it does not heed ' +
            'locks. Set pwdLockout to TRUE in the policy.',
        );
      }
      return doneOnEvery(now.replicas, 'The account is locked.');
    },

    async apply(directory, accountId, step: { lock: string[] }) {
      const { dn } = await directory.entry(directory.first, accountId, ['1.1']);
      await directory.first.modify(dn, [
        { operation: 'replace', attribute: lock.attribute, values: step.lock },
      ]);
    },

    restore(now, before) {
      if (now.lock.join('\n') !== before.lock.join('\n')) {
        const summary =
          before.lock.length === 0
            ? `Remove ${lock.attribute}.`
            : `Set ${lock.attribute} back to ${before.lock.join(', ')}.`;
        return change(summary, { lock: before.lock });
      }
      return doneOnEvery(now.replicas, 'The lock is as it was before.');
    },
  });

/** Elsewhere the attribute itself is the lock; in OpenLDAP a policy decides whether it counts. */
const isOpenLdap = ({ attribute }: Lock) => attribute.toLowerCase() === 'pwdaccountlockedtime';

async function enforces(
  { settings }: Directory,
  server: LdapServer,
  entry: LdapEntry,
): Promise<boolean | null> {
  const policy = textOf(entry, 'pwdPolicySubentry') ?? settings.passwordPolicy;
  if (policy === undefined) return null;
  try {
    const [found] = await server.search({
      base: policy,
      scope: 'base',
      filter: has('objectClass'),
      attributes: ['pwdLockout'],
    });
    return found !== undefined && textOf(found, 'pwdLockout')?.toUpperCase() === 'TRUE';
  } catch (error) {
    // OpenLDAP applies no policy at all when the one that an entry names is missing.
    if (error instanceof ConnectorError && error.failure.kind === 'rejected') return false;
    throw error;
  }
}
