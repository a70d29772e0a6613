import type { Capability } from './capability.ts';
import type { Grade, StepKind } from './step.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long after its grade a step that ended access is looked at again, in milliseconds. */
export const usualRechecksMs: readonly number[] = [
  15 * minuteMs,
  hourMs,
  dayMs,
  7 * dayMs,
  30 * dayMs,
];

/** What can come back by itself: a synchronisation, a group rule, a restored backup. */
const comesBack: readonly Capability[] = [
  'account.suspend',
  'account.delete',
  'sessions.revoke',
  'mfa.remove',
  'tokens.revoke',
  'roles.remove',
  'groups.leave',
];

/** Whether a step is looked at again: it ended somebody's access on the way out, and the system showed that. */
export const isLookedAtAgain = (it: {
  readonly kind: StepKind;
  readonly capability: Capability | null;
  readonly undoOf: string | null;
  readonly connectionId: string | null;
  readonly account: unknown;
  readonly grade: Grade | null;
}): boolean =>
  it.kind === 'action' &&
  it.undoOf === null &&
  it.grade === 'verified' &&
  it.connectionId !== null &&
  it.account !== null &&
  it.capability !== null &&
  comesBack.includes(it.capability);

export interface Round {
  /** Which of the looks it is, from 1. */
  readonly round: number;
  /** How long after the grade the next one is due; null: it was the last. */
  readonly nextMs: number | null;
}

/**
 * Which look is made so long after the grade. One that comes late stands for all that should have been made by then:
 * what somebody sees now they need not see five times.
 */
export function roundAfter(afterMs: number, rechecksMs: readonly number[]): Round {
  const past = rechecksMs.filter((ms) => ms <= afterMs).length;
  return { round: Math.max(1, past), nextMs: rechecksMs[Math.max(1, past)] ?? null };
}

/** Once it has come back more often than this, a person decides: it is not fought over for ever. */
export const returnsUntilHeld = 3;
