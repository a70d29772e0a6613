import { type Right, type Role, rights } from '#core/user.ts';
import type { CaseRow } from '#store/cases.ts';
import type { Caller } from './app.ts';
import { Problem } from './problem.ts';

/** Whether somebody holds a right. Deny by default: what no role grants, nobody may. */
export function may(caller: Caller, right: Right): boolean {
  if (caller.user.disabledAt !== null) return false;
  const granted: readonly Role[] = rights[right];
  return granted.some((role) => caller.user.roles.includes(role));
}

/** Throws when the caller does not hold the right. The first line of every act. */
export function authorize(caller: Caller, right: Right): void {
  if (may(caller, right)) return;
  throw new Problem(
    'not allowed',
    `This needs one of the roles ${rights[right].join(', ')}; ${caller.user.name} has ` +
      `${caller.user.roles.join(', ') || 'none'}. Ask somebody who has it.`,
  );
}

/**
 * Throws when a session asks for what weighs much and no passkey of its owner has signed in the last five minutes. Keys
 * of the API are not asked: what they may not do at all is said elsewhere.
 */
export function demandStepUp(caller: Caller): void {
  if (caller.with?.kind !== 'session' || caller.with.steppedUpUntil !== null) return;
  throw new Problem(
    'step-up needed',
    'Sign with your passkey first (POST /api/v1/session/step-up); for five minutes after that this is done at once.',
  );
}

/** Nothing can sign for whoever has no passkey yet: they have only just shown who they are. */
export function demandFresh({ with: came }: Caller): void {
  if (came?.kind !== 'session' || came.isFresh) return;
  throw new Problem(
    'step-up needed',
    'You signed in more than 15 minutes ago, and have no passkey that could sign. Sign in again first.',
  );
}

/** A confidential case does not exist for those without need to know. */
export function maySee(caller: Caller, it: Pick<CaseRow, 'departure' | 'openedBy'>): boolean {
  if (!may(caller, 'case.read')) return false;
  if (!it.departure.confidential || it.openedBy === caller.user.id) return true;
  return may(caller, 'case.read-confidential');
}

/** The case that was found; throws `none` where there is none for the caller. */
export function demandSight(caller: Caller, found: CaseRow | null, none: Problem): CaseRow {
  if (found && maySee(caller, found)) return found;
  none.hides = found?.id ?? null;
  throw none;
}

/** Why somebody leaves, in HR's own words, is for HR and Security. */
export const maySeeReason = (caller: Caller): boolean =>
  caller.user.disabledAt === null &&
  caller.user.roles.some((role) => role === 'hr' || role === 'security');
