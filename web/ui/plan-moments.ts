import type { PlanPreview } from '#api/contract/plans.ts';

export type PlannedStep = Extract<PlanPreview, { steps: unknown }>['steps'][number];

/** Steps that begin together. */
export interface Moment {
  readonly when: 'to-decide' | 'at-once' | 'at' | 'afterwards';
  /** ISO, where `when` is `at`. */
  readonly due: string | null;
  readonly steps: readonly PlannedStep[];
}

/** A plan by its moments: what a person decides first, what begins at once, then by the clock, then what waits for others. */
export function momentsOf(steps: readonly PlannedStep[]): readonly Moment[] {
  const moments = new Map<string, Moment & { steps: PlannedStep[] }>();
  for (const step of steps) {
    const when = whenOf(step);
    const due = when === 'at' ? step.at.due : null;
    const known = moments.get(`${when} ${due}`);
    if (known) known.steps.push(step);
    else moments.set(`${when} ${due}`, { when, due, steps: [step] });
  }
  return [...moments.values()].toSorted(
    (a, b) => order.indexOf(a.when) - order.indexOf(b.when) || compare(a.due ?? '', b.due ?? ''),
  );
}

const order = ['to-decide', 'at-once', 'at', 'afterwards'] as const;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function whenOf({ kind, at, after }: PlannedStep): Moment['when'] {
  if (kind === 'gap') return 'to-decide';
  if (at.due !== null && !at.late) return 'at';
  return after.length > 0 ? 'afterwards' : 'at-once';
}

/** The steps of the playbook that a planned step waits for, each once. */
export function waitsFor(step: PlannedStep, all: readonly PlannedStep[]): readonly string[] {
  const titles = new Map(all.map((it) => [it.key, it.title]));
  return [...new Set(step.after.map((key) => titles.get(key) ?? key))];
}
