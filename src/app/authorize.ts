import { Period } from '#core/period.ts';
import { type Right, type Role, rights } from '#core/user.ts';
import { isCaseIn } from '#core/window.ts';
import type { CaseRow } from '#store/cases.ts';
import type { Caller } from './app.ts';
import { Problem } from './problem.ts';

/** What is left of their rights to an auditor with a window: what belongs to a period, and the rules that are in force. */
const inWindow: ReadonlySet<Right> = new Set([
  'case.read',
  'certificate.read',
  'evidence.make',
  'playbook.read',
  'connection.read',
  'settings.read',
  'audit.read',
  'passkey.own',
  'change.watch',
] as const);

/** Whether somebody holds a right. Deny by default: what no role grants, nobody may. */
export function may(caller: Caller, right: Right): boolean {
  const { disabledAt, window } = caller.user;
  if (disabledAt !== null || (window !== null && !inWindow.has(right))) return false;
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

/** The moments between which an auditor with a window may see, the second exclusive; null: there is no window. */
export const windowOf = ({ user }: Caller): { readonly from: Date; readonly to: Date } | null =>
  user.window && Period.parse(user.window);

/** Throws when an auditor asks for days, both included, that lie outside of their window. */
export function demandInWindow({ user }: Caller, it: { from: string; to: string }): void {
  const { window } = user;
  if (window === null || (window.from <= it.from && it.to <= window.to)) return;
  throw new Problem(
    'not possible',
    `You may see the period from ${window.from} to ${window.to}. Choose days within it.`,
  );
}

/** A confidential case does not exist for those without need to know. */
export const mayKnow = (
  caller: Caller,
  it: { readonly confidential: boolean; readonly openedBy: string | null },
): boolean =>
  !it.confidential || it.openedBy === caller.user.id || may(caller, 'case.read-confidential');

/** Whom {@link mayKnow} lets know, if they read cases; one of another period does not exist for an auditor with a window. */
export function maySee(caller: Caller, it: CaseRow): boolean {
  if (!may(caller, 'case.read')) return false;
  if (caller.user.window !== null && !isCaseIn(caller.user.window, it)) return false;
  return mayKnow(caller, { confidential: it.departure.confidential, openedBy: it.openedBy });
}

/** The case that was found; throws `none` where there is none for the caller. */
export function demandSight(
  caller: Caller,
  found: CaseRow | null,
  none: Problem,
  sees = (it: CaseRow) => maySee(caller, it),
): CaseRow {
  if (found && sees(found)) return found;
  none.hides = found?.id ?? null;
  throw none;
}

/** Why somebody leaves, in HR's own words, is for HR and Security. */
export const maySeeReason = (caller: Caller): boolean =>
  caller.user.disabledAt === null &&
  caller.user.roles.some((role) => role === 'hr' || role === 'security');
