import { z } from 'zod';
import type { Bracket } from './outside-time.ts';
import { type Grade, grades } from './step.ts';

/** The part of a leaf that the summary of a case goes by; old shapes stay readable. */
export const CaseLeaf = z.looseObject({
  type: z.string(),
  id: z.string(),
  at: z.string(),
  actor: z.looseObject({ kind: z.string(), id: z.string() }).optional(),
  on_behalf_of: z.string().optional(),
  case: z.string().optional(),
  case_seq: z.int().optional(),
  case_prev: z.string().optional(),
  grade: z.enum(grades).optional(),
  plan: z.string().optional(),
  step: z
    .looseObject({
      id: z.string(),
      attempt: z.int(),
      capability: z.string().nullable(),
      connection: z.string().nullable(),
    })
    .optional(),
  remote: z.looseObject({ date: z.string().optional() }).optional(),
  data: z.looseObject({}).optional(),
  target: z.looseObject({ ref: z.string().optional() }).optional(),
  evidence: z.array(z.looseObject({ kind: z.string(), sha256: z.string() })).optional(),
  _sd: z.array(z.string()).optional(),
});
export type CaseLeaf = z.infer<typeof CaseLeaf>;

/** One step of a case as its facts tell of it. Nothing of a person stands here. */
export interface StepSummary {
  readonly step: string;
  readonly capability: string | null;
  readonly system: string | null;
  /** Null: it has none yet, or lost it when it was opened again. */
  readonly grade: Grade | null;
  /** When the newest fact about it was stated. */
  readonly at: string;
  /** When it got its grade; null: it has none. */
  readonly graded: Graded | null;
  /** How many calls were announced. */
  readonly calls: number;
  /** Ids of the approvals that were used. */
  readonly approvals: readonly string[];
}

/** When a fact that gave a grade was stated, by everybody who can tell. */
export interface Graded extends Bracket {
  /** By the clock of our database. */
  readonly at: string;
  /** By that of the system itself, where it gave its time; in its words. */
  readonly system_at: string | null;
}

export interface CaseSummary {
  readonly v: 1;
  readonly case: string;
  readonly kind: string | null;
  readonly opened_at: string | null;
  /** Of the last seal; null: not complete yet. */
  readonly sealed_at: string | null;
  readonly facts: number;
  readonly grades: Readonly<Record<Grade, number>>;
  readonly steps: readonly StepSummary[];
}

const noBracket: Bracket = { after: [], before: [] };

/**
 * What the facts of a case come to, in their order. Made of leaves and outside times alone, so that
 * anybody gets the same.
 */
export function caseSummary(
  leaves: readonly CaseLeaf[],
  bracketFor: (leaf: CaseLeaf) => Bracket = () => noBracket,
): CaseSummary {
  const opened = leaves.find(({ type }) => type === 'case.opened');
  const sealed = leaves.findLast(({ type }) => type === 'case.sealed');
  const steps = new Map<string, StepSummary>();
  const systemTimes = new Map<string, string>();
  for (const leaf of leaves) {
    if (!leaf.step) continue;
    const { id, capability, connection } = leaf.step;
    const before = steps.get(id);
    if (leaf.remote?.date !== undefined) systemTimes.set(id, leaf.remote.date);
    const { after, before: until } = leaf.grade ? bracketFor(leaf) : noBracket;
    const graded = leaf.grade
      ? { at: leaf.at, system_at: systemTimes.get(id) ?? null, after, before: until }
      : (before?.graded ?? null);
    const approval = leaf.type === 'step.intended' ? leaf.data?.['approval'] : undefined;
    steps.set(id, {
      step: id,
      capability: before?.capability ?? capability,
      system: before?.system ?? connection,
      grade: leaf.type === 'step.reopened' ? null : (leaf.grade ?? before?.grade ?? null),
      at: leaf.at,
      graded: leaf.type === 'step.reopened' ? null : graded,
      calls: (before?.calls ?? 0) + (leaf.type === 'step.intended' ? 1 : 0),
      approvals: [
        ...new Set([
          ...(before?.approvals ?? []),
          ...(typeof approval === 'string' ? [approval] : []),
        ]),
      ],
    });
  }
  const inOrder = [...steps.values()].toSorted((a, b) => (a.step < b.step ? -1 : 1));
  const counts = grades.map(
    (grade) => [grade, inOrder.filter((it) => it.grade === grade).length] as const,
  );
  const kind = opened?.data?.['kind'];
  return {
    v: 1,
    case: leaves[0]?.case ?? '',
    kind: typeof kind === 'string' ? kind : null,
    opened_at: opened?.at ?? null,
    sealed_at: sealed?.at ?? null,
    facts: leaves.length,
    grades: Object.fromEntries(counts) as Record<Grade, number>,
    steps: inOrder,
  };
}

/** As it stands in a pack, to the byte. */
export const summaryText = (it: CaseSummary): string => `${JSON.stringify(it, null, 2)}\n`;
