import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';

/** A step of a playbook becomes one step for each account; its key tells where it came from. */
const originOf = ({ key }: Pick<Step, 'key'>): string => /^[^@:]+/.exec(key)?.[0] ?? key;

/**
 * Which steps stand together on the map: those that one step of the playbook became, when they say the same of
 * several accounts or are duties that the law knows. `duties`: what those are called together.
 */
export function groupOnMap(
  step: Step,
  { steps }: Pick<Case, 'steps'>,
  duties: string,
): { readonly id: string; readonly title: string } | undefined {
  const origin = originOf(step);
  const kin = steps.filter((it) => originOf(it) === origin && isBack(it) === isBack(step));
  const id = isBack(step) ? `${origin} back` : origin;
  if (kin.every(({ title }) => title === step.title)) return { id, title: step.title };
  return kin.every(({ obligation }) => obligation !== null) ? { id, title: duties } : undefined;
}

const isBack = ({ undoOf }: Pick<Step, 'undoOf'>): boolean => undoOf !== null;
