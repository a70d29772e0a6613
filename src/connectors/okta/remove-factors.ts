import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Okta } from './api.ts';
import { scopes } from './scopes.ts';
import { statusOf } from './status.ts';

const state = z.strictObject({
  deactivated: z.boolean(),
  factors: z.array(z.strictObject({ id: z.string(), type: z.string() })),
  /** Authenticators, by Okta's keys. */
  enrolled: z.array(z.string()),
});

/**
 * Every user has these, and nobody signs in by them alone: the password is another action's, and mail goes
 * to a mailbox that is closed.
 */
const always: readonly string[] = ['okta_password', 'okta_email'];

interface Change {
  readonly factorIds: readonly string[];
  /** What no factor stands for, such as FastPass on a device, goes only with all of them. */
  readonly reset: boolean;
}

/**
 * The list of factors shows only what the policy of the user asks for, as seen from where we call: an
 * empty one alone proves nothing. So the enrolled authenticators count as well.
 */
export const removeFactors = transition({
  capability: 'mfa.remove',
  summary: 'Removes the second factors, also those by which an account is recovered.',
  scopes: [scopes.readUsers, scopes.manageUsers],
  // Okta removes no factor of a deactivated user.
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(okta: Okta, accountId) {
    const { status } = await statusOf(okta, accountId);
    if (status === null) return { deactivated: true, factors: [], enrolled: [] };
    const [factors, enrolled] = await Promise.all([
      okta.factors(accountId),
      okta.enrollments(accountId),
    ]);
    return {
      deactivated: status === 'DEPROVISIONED',
      factors: factors
        .filter(({ factorType }) => factorType !== 'email')
        .map(({ id, factorType }) => ({ id, type: factorType }))
        .sort(byId),
      enrolled: enrolled
        .map(({ key }) => key)
        .filter((key) => !always.includes(key))
        .sort(),
    };
  },

  plan({ deactivated, factors, enrolled }): Plan<Change> {
    if (factors.length === 0 && enrolled.length === 0) return done('No second factor is left.');
    const left = [...new Set([...factors.map(({ type }) => type), ...enrolled])].join(', ');
    if (deactivated) return blocked(`Okta removes no factor of a deactivated user; left: ${left}.`);
    return change(`Remove ${left}.`, {
      factorIds: factors.map(({ id }) => id),
      reset: enrolled.length > 0,
    });
  },

  async apply(okta, accountId, { factorIds, reset }: Change) {
    // One may take another along: push takes TOTP and FastPass.
    for (const id of factorIds) await unlessMissing(okta.removeFactor(accountId, id));
    if (reset) await okta.resetFactors(accountId);
  },
});
