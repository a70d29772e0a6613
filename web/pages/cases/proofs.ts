import type { AuditEvent } from '#api/contract/audit.ts';
import type { Step } from '#api/contract/steps.ts';

export interface SystemProof {
  /** Null: what people did, or what is about no system. */
  readonly connection: string | null;
  readonly steps: readonly Step[];
}

/** What there is to show, system by system: steps that were settled, or for which something was read or sent. */
export function proofsOf(steps: readonly Step[]): readonly SystemProof[] {
  const shown = steps.filter(
    (it) =>
      it.kind !== 'notice' &&
      (it.status === 'settled' || it.appliedAt !== null || it.stateBefore !== null),
  );
  const connections = [...new Set(shown.map(({ connection }) => connection))];
  return connections
    .toSorted((a, b) => Number(a === null) - Number(b === null))
    .map((connection) => ({
      connection,
      steps: shown.filter((it) => it.connection === connection),
    }));
}

/** When the first step is to begin; null: nothing is planned for a time. */
export function firstDue(steps: readonly Step[]): string | null {
  const dues = steps.flatMap(({ dueAt }) => dueAt ?? []);
  return dues.toSorted()[0] ?? null;
}

/** A later look at what a step had reached. */
export interface Check {
  readonly at: string;
  /** False: access was found back, and the step is open again. */
  readonly holds: boolean;
}

const looked: Readonly<Record<string, boolean>> = {
  'step.rechecked': true,
  'step.reopened': false,
};

/** The later looks at a step, the earliest first, as the record tells of them. */
export const checksOf = (stepId: string, facts: readonly AuditEvent[]): readonly Check[] =>
  facts
    .filter(({ type, leaf }) => type in looked && stepIn(leaf) === stepId)
    .map(({ at, type }) => ({ at, holds: looked[type] === true }))
    .toSorted((a, b) => a.at.localeCompare(b.at));

/** Which step a fact is about; null: none. The exact bytes of a fact are JSON. */
export function stepIn(leaf: string): string | null {
  try {
    const fact = JSON.parse(leaf) as { step?: { id?: unknown } } | null;
    return typeof fact?.step?.id === 'string' ? fact.step.id : null;
  } catch {
    return null;
  }
}
