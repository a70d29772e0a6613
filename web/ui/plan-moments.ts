import type { PlanPreview } from '#api/contract/plans.ts';
import { aboutCapability, isCapability } from '#core/capability.ts';
import type { StepKind } from '#core/step.ts';

/** A step of a plan, of one that is shown before anything happens as of one that was approved. */
export interface PlanLine {
  readonly key: string;
  readonly title: string;
  readonly kind: StepKind;
  readonly connection: string | null;
  readonly login: string | null;
  readonly isPrivileged: boolean;
  readonly capability: string | null;
  readonly rule: string;
  /** ISO 8601; null: as soon as what it comes after is done. */
  readonly due: string | null;
  readonly isLate: boolean;
  readonly after: readonly string[];
  readonly needsApproval: boolean;
}

export interface PlanMoment {
  /** `now`: at once; `then`: when what it comes after is done; `decide`: a person decides. */
  readonly when: 'decide' | 'now' | 'at' | 'then';
  readonly due: string | null;
  readonly lines: readonly PlanLine[];
}

/** The steps of a plan by the moment in which they begin, the earliest first. */
export function planMoments(lines: readonly PlanLine[]): readonly PlanMoment[] {
  const moments = new Map<string, PlanMoment & { lines: PlanLine[] }>();
  for (const line of lines) {
    const when = whenOf(line);
    const due = when === 'at' ? line.due : null;
    const key = `${order.indexOf(when)} ${due ?? ''}`;
    const moment = moments.get(key) ?? { when, due, lines: [] };
    moment.lines.push(line);
    moments.set(key, moment);
  }
  return [...moments].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, moment]) => moment);
}

const order: readonly PlanMoment['when'][] = ['decide', 'now', 'at', 'then'];

function whenOf({ kind, due, isLate, after }: PlanLine): PlanMoment['when'] {
  if (kind === 'gap') return 'decide';
  if (due !== null && !isLate) return 'at';
  return after.length > 0 ? 'then' : 'now';
}

/** Whether it can be taken back: what destroys cannot; of what is no action on an account nothing is said. */
export function canBeUndone({ kind, login, capability }: PlanLine): boolean | null {
  if (kind !== 'action' || login === null || capability === null) return null;
  if (!isCapability(capability)) return null;
  return aboutCapability(capability).weight !== 'destructive';
}

/** The titles of the steps that a line waits for, each once: a step for every account has one title. */
export const waitsFor = (
  { after }: Pick<PlanLine, 'after'>,
  titles: ReadonlyMap<string, string>,
): readonly string[] => [...new Set(after.flatMap((key) => titles.get(key) ?? []))];

/** A plan of which nothing was done yet. */
export type Planned = Exclude<PlanPreview, { question: string }>;

export const plannedLines = ({ steps }: Planned): readonly PlanLine[] =>
  steps.map((step) => ({
    key: step.key,
    title: step.title,
    kind: step.kind,
    connection: step.connectionId,
    login: step.account?.login ?? null,
    isPrivileged: step.account?.privileged ?? false,
    capability: step.capability,
    rule: step.at.rule,
    due: step.at.due,
    isLate: step.at.late,
    after: step.after,
    needsApproval: step.approval,
  }));
