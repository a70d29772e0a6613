import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Atlassian } from './api.ts';
import { inWords, isManaged, memberOf } from './member.ts';
import { permission } from './settings.ts';

const state = z.strictObject({
  /** Of the Atlassian account, by Atlassian’s words. */
  account: z.string(),
  /** In the organisation. */
  membership: z.string(),
  managed: z.boolean(),
  /** Why the account may not be deactivated; null: it may. */
  obstacle: z.string().nullable(),
});
type State = z.infer<typeof state>;

type Step = 'deactivate' | 'activate' | 'suspend access' | 'restore access';

/**
 * Deactivating ends everything that the account opens, elsewhere too, and Atlassian writes to the person.
 * Suspending access ends what it opens in this organisation. Accounts that are not the company's can only be
 * suspended. Groups and roles stay in both cases.
 */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary:
    'Deactivates the account (Atlassian writes to the person), or suspends its access where it is not the company’s.',
  scopes: [permission],
  mustPrecede: ['tokens.revoke', 'account.delete'],
  params: z.strictObject({
    how: z.enum(['deactivate', 'suspend access']).default('deactivate').meta({
      title: 'How',
      description:
        'suspend access: only in this organisation. Atlassian tells the person by mail of a deactivation',
    }),
  }),
  state,
  repeatable: true,

  async read(atlassian: Atlassian, accountId) {
    const member = await memberOf(atlassian, accountId);
    const managed = isManaged(member);
    const [account, obstacle] = managed
      ? await Promise.all([
          atlassian.statusOf(accountId),
          atlassian.obstacle(accountId, 'lifecycle.enablement'),
        ])
      : [member.accountStatus ?? 'active', null];
    return { account, membership: member.membershipStatus ?? 'active', managed, obstacle };
  },

  plan(now, { how }): Plan<Step> {
    if (now.account !== 'active') return done(`The account is ${now.account}.`);
    if (how === 'deactivate' && now.managed) {
      return now.obstacle === null
        ? change('Deactivate the account; Atlassian writes to the person.', 'deactivate')
        : blocked(inWords(now.obstacle));
    }
    const whose = now.managed
      ? ''
      : ' The account is not the company’s, and opens other doors still.';
    if (now.membership === 'active') {
      return change(`Suspend the access to this organisation.${whose}`, 'suspend access');
    }
    return done(`No access to this organisation (${now.membership}).${whose}`);
  },

  async apply(atlassian, accountId, step: Step) {
    if (step === 'deactivate') return atlassian.deactivate(accountId);
    if (step === 'activate') return atlassian.activate(accountId);
    for (const { directoryId } of await atlassian.directoriesOf(accountId)) {
      if (step === 'restore access') await atlassian.restoreAccess(accountId, directoryId);
      else await atlassian.suspendAccess(accountId, directoryId);
    }
  },

  restore(now, before): Plan<Step> {
    if (before.account === 'active' && now.account === 'inactive') {
      return now.obstacle === null
        ? change('Activate the account again.', 'activate')
        : blocked(inWords(now.obstacle));
    }
    if (before.membership === 'active' && now.membership === 'suspended') {
      return change('Restore the access to this organisation.', 'restore access');
    }
    return isAs(before, now)
      ? done('The account is as it was before.')
      : blocked(`The account is ${now.account}, with ${now.membership} in the organisation.`);
  },
});

const isAs = (a: State, b: State) => a.account === b.account && a.membership === b.membership;
