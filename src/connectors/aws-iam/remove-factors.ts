import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Iam } from './api.ts';
import { permissions } from './permissions.ts';
import { settlesWithinMs } from './settles.ts';

/** They cannot be given back: the person enrols again. */
export const removeFactors = transition({
  capability: 'mfa.remove',
  summary: 'Removes every MFA device: apps, passkeys and security keys, and tokens.',
  scopes: permissions.factors,
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({
    factors: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  }),
  settlesWithinMs,
  repeatable: true,

  async read(iam: Iam, accountId) {
    const devices = await iam.factorsOf(await iam.nameOf(accountId));
    const factors = devices.map(({ SerialNumber: id }) => ({
      id,
      name: id.replace(/^arn:.*?:\d+:/, ''),
    }));
    return { factors: factors.sort(byId) };
  },

  plan: ({ factors }): Plan<readonly string[]> =>
    factors.length === 0
      ? done('No MFA device.')
      : change(
          `Remove ${namesOf(factors)}.`,
          factors.map(({ id }) => id),
        ),

  async apply(iam, accountId, ids: readonly string[]) {
    const name = await iam.toChange(accountId);
    for (const id of ids) await iam.removeFactor(name, id);
  },
});
