import { Period } from './period.ts';

/** The period that an auditor is let in for: days in UTC, both included. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** What of a case says whether it belongs to a period. */
export interface CaseTimes {
  readonly openedAt: Date;
  /** Null: it goes on. */
  readonly endedAt: Date | null;
  readonly employmentEnds: string | null;
  readonly lastWorkingDay: string | null;
}

/** A case belongs to a window in which it was open, or in which the person left. */
export function isCaseIn(window: Window, it: CaseTimes): boolean {
  const { from, to } = Period.parse(window);
  if (it.openedAt < to && (it.endedAt === null || it.endedAt >= from)) return true;
  const leftOn = it.employmentEnds ?? it.lastWorkingDay;
  return leftOn !== null && window.from <= leftOn && leftOn <= window.to;
}
