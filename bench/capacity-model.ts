/** What departures cost: so much for each, and so much more for each of its steps. */
export interface Line {
  readonly each: number;
  readonly perStep: number;
}

/** The line through two measurements: how many steps, and what a departure of so many costs. */
export function through(
  [fewSteps, few]: readonly [number, number],
  [manySteps, many]: readonly [number, number],
): Line {
  const perStep = (many - few) / (manySteps - fewSteps);
  return { each: few - fewSteps * perStep, perStep };
}

/** What a departure of so many steps costs by that line. */
export const line = ({ each, perStep }: Line, steps: number): number => each + perStep * steps;
