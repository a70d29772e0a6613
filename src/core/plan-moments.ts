import { aboutCapability } from './capability.ts';
import { dayThatEndsAt } from './dates.ts';
import type { Json } from './document.ts';
import { anchorsOf, type Moment, momentOf, parseMoment } from './moment.ts';
import type { PlanInput } from './plan.ts';
import type { Action, Playbook } from './playbook.ts';
import type { StepProblem } from './playbook-check.ts';

/**
 * What a step's `with` says for this person: where the capability takes a day or a moment,
 * “employment ends” has become 2026-12-31. Everything else stays as it was written.
 */
export function withMoments(
  step: Action,
  { playbook, dates, zone }: PlanInput,
): { readonly [name: string]: Json } {
  const filled = momentsIn(step, playbook).map(({ name, use, text, moment }): [string, Json] => {
    if (moment === null) return [name, text];
    const at = momentOf(moment, dates, zone, 'due');
    return [name, use === 'day' ? dayThatEndsAt(at, zone) : at.toISOString()];
  });
  return { ...step.with, ...Object.fromEntries(filled) };
}

/** What is wrong with the moments in `with`. */
export const momentProblems = (step: Action, playbook: Playbook): StepProblem[] =>
  momentsIn(step, playbook).flatMap(({ name, text, moment }): StepProblem[] => {
    if (moment !== null) return [];
    const problem = `“${name}” of “${step.id}” must say when: “${text}” is no moment here.`;
    const mend = 'Write, for example, “employment ends” or “last working day + 5 days”.';
    return [{ severity: 'error', step: step.id, problem, mend }];
  });

interface MomentParam {
  readonly name: string;
  readonly use: 'day' | 'moment';
  readonly text: string;
  /** Null: it is none, or none of this kind of playbook. */
  readonly moment: Moment | null;
}

const momentsIn = (step: Action, playbook: Playbook): MomentParam[] =>
  Object.entries(aboutCapability(step.do).takes ?? {}).flatMap(([name, use]) => {
    const given = step.with[name];
    if (given === undefined) return [];
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    const parsed = parseMoment(text);
    const known = anchorsOf(playbook.for === 'departure');
    const moment =
      'moment' in parsed && known.includes(parsed.moment.anchor) ? parsed.moment : null;
    return [{ name, use, text, moment }];
  });
