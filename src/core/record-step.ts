import { z } from 'zod';
import { isChosen } from './coverage.ts';
import { choosing, found, optional, words, yesOrNo } from './document.ts';
import type { ConnectionOffer, PlaybookStep, RecordStep, SystemChoice } from './playbook.ts';
import type { StepProblem } from './playbook-check.ts';
import { systemChoice } from './playbook-parts.ts';

/* The step that delivers the record of a departure: as it is written, checked, and chosen for. */

const everySystem: SystemChoice = { category: null, connection: null };

const systems: z.ZodType<SystemChoice> = choosing<SystemChoice>((value) => {
  if (typeof value === 'string' && value.trim().toLowerCase() === 'every record system')
    return z.unknown().transform(() => everySystem);
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return {
      problem: `“on” must say which record systems; found ${found(value)}.`,
      mend: 'Write “every record system”, or { category: … } or { connection: … }.',
    };
  }
  return systemChoice;
});

/** What stands behind the word `record`. */
export const recordDocument = words(
  { on: systems, 'personal values': optional(yesOrNo) },
  'A record',
).transform(({ on, 'personal values': personalValues }) => ({
  on,
  personalValues: personalValues ?? false,
}));

type Step = Extract<PlaybookStep, RecordStep>;

/** The connections that a step delivers to. */
export const keepersFor = (
  { record }: RecordStep,
  connections: readonly ConnectionOffer[],
): readonly ConnectionOffer[] =>
  connections.filter((it) => it.keepsRecords && isChosen(record, it));

/** What is wrong with a step that delivers the record, given what is connected. */
export function recordProblems(step: Step, connections: readonly ConnectionOffer[]): StepProblem[] {
  const problems: StepProblem[] = [];
  if (step.layer === 'security') {
    problems.push({
      severity: 'error',
      step: step.id,
      problem: `“${step.id}” delivers the record, which ends no access, and waits for everything else.`,
      mend: 'Put it into the compliance layer.',
    });
  }
  if (keepersFor(step, connections).length === 0) {
    const chosen = connections.filter((it) => isChosen(step.record, it)).map(({ name }) => name);
    problems.push({
      severity: 'warning',
      step: step.id,
      problem:
        chosen.length > 0
          ? `Nothing can carry out “${step.id}”: none of ${chosen.join(', ')} keeps records.`
          : `Nothing can carry out “${step.id}”: no connected system fits its “on”.`,
      mend: 'Connect a system that keeps records, or leave it: it settles as absent until there is one.',
    });
  }
  return problems;
}

/** Whoever waits for the delivery would wait for a step that waits for him. */
export const waitsForDelivery = (word: string, steps: readonly PlaybookStep[]): boolean =>
  steps.some(({ id, kind }) => id === word && kind === 'record');
