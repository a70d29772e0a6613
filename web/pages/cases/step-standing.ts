import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';
import type { Standing } from '../../ui/standing.tsx';

/** What is told of a step when its standing is decided. */
export type StepFacts = Pick<
  Step,
  | 'kind'
  | 'status'
  | 'grade'
  | 'outcomeUnknown'
  | 'sent'
  | 'attempts'
  | 'failure'
  | 'appliedAt'
  | 'assignment'
  | 'actions'
>;

/**
 * Where a step stands, from what the server tells and from nothing else. Filled green comes only of what was
 * read back, or looked for and not found.
 */
export function standingOf(step: StepFacts, it: Pick<Case, 'state'>): Standing {
  if (step.status === 'settled') return standingOfSettled(step);
  // Also while the departure is paused: what nobody knows is never hidden.
  if (step.outcomeUnknown) return 'unknown';
  if (it.state === 'paused') return 'paused';
  switch (step.status) {
    case 'held':
      return step.actions.length > 0 ? 'held' : 'waits-for-others';
    case 'ready':
    case 'running':
      if (step.sent) return 'sent';
      return isTriedAgain(step) ? 'tries-again' : step.status;
    case 'waiting':
      return 'waiting';
  }
}

/** An attempt failed, and another one follows by itself. */
const isTriedAgain = ({ attempts, failure }: StepFacts) => attempts > 0 && failure !== null;

function standingOfSettled(step: StepFacts): Standing {
  if (step.grade === null) return 'unknown'; // the database lets no such step be
  return step.grade === 'verified' && isUnchanged(step) ? 'unchanged' : step.grade;
}

/** Read, and it was as wanted already: nothing was sent, by us or by anybody whom we asked. */
const isUnchanged = ({ kind, appliedAt, assignment }: StepFacts) =>
  kind === 'action' && appliedAt === null && assignment === null;

/** Somebody has to do something about it, the viewer or another person. */
export const needsSomebody: readonly Standing[] = ['held', 'unknown', 'waits-for-others'];

/** What is filled green, and nothing else is. */
export const provenStandings: readonly Standing[] = ['verified', 'unchanged', 'absent'];
