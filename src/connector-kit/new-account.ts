import { z } from 'zod';
import { NewAccount } from '#core/account.ts';
import { blocked, change, done, type Plan } from './contract.ts';

// Opening an account goes the same way everywhere: somebody who has one that is closed gets it
// opened, somebody who has none gets one, and nobody ever gets two.

/** What a playbook's step gives along: whom the account is for. The planner fills it in. */
export const newAccountParams = z.strictObject({
  person: NewAccount.meta({ title: 'Whom it is for', description: 'Filled in by Gatehouse' }),
});

/** The accounts with the address that was asked for, in the order of their ids. */
export const openedState = z.strictObject({
  accounts: z.array(z.strictObject({ id: z.string(), active: z.boolean() })),
});
export type OpenedState = z.infer<typeof openedState>;

/** What to do to an account; to delete one is only ever the way back from creating it. */
export type Opening =
  | { readonly do: 'create'; readonly person: NewAccount }
  | { readonly do: 'open' | 'close' | 'delete'; readonly id: string };

/** Towards exactly one account that is open. */
export function planOpening(
  { accounts }: OpenedState,
  { person }: z.infer<typeof newAccountParams>,
): Plan<Opening> {
  const [account, second] = accounts;
  if (second) {
    return blocked(
      `There are ${accounts.length} accounts with this address. Say which one is right, and ` +
        'open that one by hand.',
    );
  }
  if (!account) return change('Create the account.', { do: 'create', person });
  if (account.active) return done('There is an account, and it is open.');
  return change('Open the account that is there and closed.', { do: 'open', id: account.id });
}

/** Back to what was there before: nothing, or a closed account. */
export function planClosing(now: OpenedState, before: OpenedState): Plan<Opening> {
  const [was, another] = before.accounts;
  const [account] = now.accounts;
  if (another) return blocked('There were several accounts before.');
  if (!account)
    return was ? blocked('The account from before is gone.') : done('No account, as before.');
  if (!was) return change('Delete the account that was made.', { do: 'delete', id: account.id });
  if (account.active === was.active) return done('The account is as it was before.');
  return change('Close the account again.', { do: 'close', id: account.id });
}

/** What opening an account has in common wherever nothing more is to be kept in mind. */
export const accountOpening = {
  capability: 'account.create',
  params: newAccountParams,
  state: openedState,
  plan: planOpening,
  restore: planClosing,
} as const;

/** A full name in two parts: the last word is the family's, as most directories have it. */
export function namesIn(fullName: string): { given: string | null; family: string } {
  const words = fullName.trim().split(/\s+/);
  const family = words.at(-1) ?? fullName;
  return { given: words.length > 1 ? words.slice(0, -1).join(' ') : null, family };
}

/** What stands before the @: the login name in directories that want a short one. */
export const localPart = (email: string): string => email.split('@')[0] ?? email;
