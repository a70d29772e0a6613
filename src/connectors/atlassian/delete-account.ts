import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Atlassian } from './api.ts';
import { inWords, isManaged } from './member.ts';
import { permission } from './settings.ts';

const state = z.strictObject({
  /** Null: the organisation shows no such account any more. */
  membership: z.string().nullable(),
  managed: z.boolean(),
  /** Gone for good 14 days after it was deleted. */
  forDeletion: z.boolean(),
  /** Why the account may not be deleted; null: it may. */
  obstacle: z.string().nullable(),
});

/** Two different ends: out of this organisation, or no account at all. The latter only when it is asked for. */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary:
    'Removes the person from the organisation, or deletes the Atlassian account (Atlassian writes to the person).',
  scopes: [permission],
  params: z.strictObject({
    end: z
      .enum(['removed', 'deleted'])
      .default('removed')
      .meta({
        title: 'End',
        description:
          'removed: out of the organisation, and only an invitation brings them back. deleted: the account itself, ' +
          'for good after 14 days',
      }),
  }),
  state,
  repeatable: true,

  async read(atlassian: Atlassian, accountId) {
    const member = await atlassian.member(accountId);
    if (!member) return { membership: null, managed: false, forDeletion: false, obstacle: null };
    const managed = isManaged(member);
    return {
      membership: member.membershipStatus ?? 'active',
      managed,
      forDeletion: member.forDeletion === true || member.accountStatus === 'closed',
      obstacle: managed ? await atlassian.obstacle(accountId, 'lifecycle.delete') : null,
    };
  },

  plan({ membership, managed, forDeletion, obstacle }, { end }): Plan<'remove' | 'delete'> {
    if (membership === null) return done('The organisation shows no such account any more.');
    if (end === 'deleted') {
      if (forDeletion) return done('The account is deleted, for good 14 days after that.');
      if (!managed)
        return blocked('The account is not the company’s; only the person can delete it.');
      if (obstacle !== null) return blocked(inWords(obstacle));
      return change('Delete the account; Atlassian writes to the person.', 'delete');
    }
    return membership === 'no_membership'
      ? done('In no directory of the organisation.')
      : change('Remove from every directory, with roles and groups.', 'remove');
  },

  async apply(atlassian, accountId, step: 'remove' | 'delete') {
    if (step === 'delete') return atlassian.deleteAccount(accountId);
    for (const { directoryId } of await atlassian.directoriesOf(accountId)) {
      await unlessMissing(atlassian.removeFrom(directoryId, accountId));
    }
  },
});
