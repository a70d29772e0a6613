import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Iam } from './api.ts';
import { permissions } from './permissions.ts';
import { settlesWithinMs } from './settles.ts';

/** The name of our own policy in a user. Whatever takes policies away leaves it, until the user itself goes. */
export const sessionsPolicy = 'GatehouseRevokedSessions';

const state = z.strictObject({
  /** Temporary credentials from before this moment open nothing; null: those still open what they opened. */
  deniedBefore: z.string().nullable(),
  /** That moment moved since we looked for the first time. */
  ended: z.boolean(),
});

const Denial = z.object({
  Statement: z.object({
    Effect: z.literal('Deny'),
    Action: z.literal('*'),
    Resource: z.literal('*'),
    Condition: z.strictObject({
      DateLessThan: z.strictObject({ 'aws:TokenIssueTime': z.iso.datetime() }),
    }),
  }),
});

/**
 * Temporary credentials, those of the console too, cannot be taken back: they last up to 36 hours. But what they
 * may do is looked up with every request, so a policy denies everything to those given out so far (IAM User
 * Guide, “Disabling permissions for temporary security credentials”). It takes a few minutes to be obeyed everywhere.
 */
export const revokeSessions = transition({
  capability: 'sessions.revoke',
  summary:
    'Denies everything to temporary credentials that were given out to the user, those of the console too.',
  scopes: permissions.sessions,
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  settlesWithinMs,
  repeatable: true,

  async read(iam: Iam, accountId, known) {
    const document = await iam.inline(await iam.nameOf(accountId), sessionsPolicy);
    const deniedBefore = document === null ? null : momentIn(document);
    const before = known?.before ?? null;
    return {
      deniedBefore,
      ended:
        before !== null &&
        deniedBefore !== null &&
        (before.deniedBefore === null ||
          Date.parse(deniedBefore) > Date.parse(before.deniedBefore)),
    };
  },

  plan: ({ deniedBefore, ended }): Plan<'deny' | 'allow'> =>
    ended
      ? done(`Temporary credentials from before ${deniedBefore} are denied everything.`)
      : change(
          'Deny everything to temporary credentials given out until five minutes from now.',
          'deny',
        ),

  async apply(iam, accountId, what: 'deny' | 'allow') {
    const name = await iam.toChange(accountId);
    if (what === 'allow') await iam.removeInline(name, sessionsPolicy);
    else await iam.putInline(name, sessionsPolicy, denial(iam.now()));
  },

  // Nobody gets an old session back, since it is over by then; but nothing of ours stays in the user.
  restore: (now, before): Plan<'deny' | 'allow'> =>
    now.deniedBefore === null || before.deniedBefore !== null
      ? done('No policy of Gatehouse is in the user that was not there before.')
      : change('Take the policy out of the user that denies old sessions.', 'allow'),
});

/** Our clock may be behind that of AWS by as much as it lets pass in a signature. */
const clockMs = 5 * 60_000;

function denial(now: Date): string {
  const moment = new Date(Math.ceil((now.getTime() + clockMs) / 1_000) * 1_000);
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      ...{ Effect: 'Deny', Action: '*', Resource: '*' },
      Condition: {
        DateLessThan: { 'aws:TokenIssueTime': moment.toISOString().replace('.000Z', 'Z') },
      },
    },
  });
}

/** Null: somebody changed our policy, and it no longer says what it should. */
function momentIn(document: string): string | null {
  try {
    const read = Denial.safeParse(JSON.parse(document));
    return read.data?.Statement.Condition.DateLessThan['aws:TokenIssueTime'] ?? null;
  } catch {
    return null;
  }
}
