/** Choices of cases that people look for again and again. */
export const caseViews = [
  /** A step, a question or a guard waits for a person. */
  'needs-you',
  /** Access ends, or the first day is, today where the person works. */
  'today',
  /** Access should have ended, and is not all removed. */
  'late',
  'confidential',
  /** Access is removed, and something else is open. */
  'things-open',
  /** Nothing of it has ended yet. */
  'open',
] as const;
export type CaseView = (typeof caseViews)[number];
