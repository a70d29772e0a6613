import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Iam } from './api.ts';
import { credentialsOf, move, moveTo } from './credentials.ts';
import { permissions } from './permissions.ts';
import { sessionsPolicy } from './revoke-sessions.ts';
import { settlesWithinMs } from './settles.ts';

/** For good. IAM deletes nobody on whom anything still hangs, so that goes first, in the order it documents. */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary: 'Deletes the user with its keys, credentials, MFA devices, policies and memberships.',
  scopes: permissions.delete,
  params: z.strictObject({}),
  state: z.strictObject({ exists: z.boolean() }),
  settlesWithinMs,
  repeatable: true,

  // The whole list of users, without this one: no refusal can be taken for that.
  read: async (iam: Iam, accountId) => ({ exists: (await iam.find(accountId)) !== null }),

  plan: ({ exists }): Plan<null> =>
    exists
      ? change('Delete the user, and all that hangs on it.', null)
      : done('No user of the account has this id any more.'),

  async apply(iam, accountId) {
    const name = await unlessMissing(iam.toChange(accountId));
    if (name === null) return;
    await move(iam, name, moveTo('gone', await credentialsOf(iam, name)));
    await iam.removePassword(name);
    for (const { SerialNumber: it } of await iam.factorsOf(name)) await iam.removeFactor(name, it);
    for (const it of await iam.attachedTo(name)) await iam.detach(name, it.PolicyArn);
    for (const it of await iam.groupsOf(name)) await iam.leave(name, it.GroupName);
    // What denies old sessions goes last of all.
    const inline = await iam.inlineOf(name);
    for (const it of inline.toSorted(ourLast)) await iam.removeInline(name, it);
    await iam.removeUser(name);
  },
});

const ourLast = (a: string, b: string) =>
  Number(a === sessionsPolicy) - Number(b === sessionsPolicy);
