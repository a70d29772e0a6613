import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';

/** The step that something is done about, as far as that needs to know. */
export interface ToActOn {
  readonly id: string;
  readonly title: string;
  /** Whom it is about. */
  readonly person: string;
  readonly zone: string;
  /** What must be shown. */
  readonly proof: readonly string[];
}

/** What an act has to know of a step of a case. */
export const toActOn = (step: Step, it: Case): ToActOn => ({
  id: step.id,
  title: step.title,
  person: it.person.name,
  zone: it.zone,
  proof: step.assignment?.proof ?? [],
});
