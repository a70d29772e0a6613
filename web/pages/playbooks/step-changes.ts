import type { Playbook, PlaybookStep } from '#core/playbook.ts';
import { stepDocument } from '#core/step-document.ts';

type Words = Readonly<Record<string, unknown>>;

/** What is written otherwise under the words of a step; null: the word is gone. */
export function changedWords(before: PlaybookStep, after: PlaybookStep): Words {
  const [old, now] = [stepDocument(before), stepDocument(after)];
  const words = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return Object.fromEntries(
    words
      .filter((it) => JSON.stringify(old[it]) !== JSON.stringify(now[it]))
      .map((it) => [it, now[it] ?? null]),
  );
}

/** What somebody has entered for a step, and how it stood when they began. */
export interface EnteredStep {
  readonly base: PlaybookStep;
  readonly now: PlaybookStep;
}

/** What was entered, on the step as it stands meanwhile: whatever was not touched is as it is there. */
export function onto(step: PlaybookStep, { base, now }: EnteredStep): PlaybookStep {
  const kept = Object.entries(now).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(base, name)),
  );
  return { ...step, ...Object.fromEntries(kept) } as PlaybookStep;
}

/**
 * Where a step goes to stand before or after its neighbour in the outline: behind which one, null for before all
 * others; undefined: it stands at that end already.
 */
export function behindFor(
  { steps }: Pick<Playbook, 'steps'>,
  neighbours: readonly PlaybookStep[],
  id: string,
  way: 'up' | 'down',
): string | null | undefined {
  const at = neighbours.findIndex((it) => it.id === id);
  const other = neighbours[way === 'up' ? at - 1 : at + 1];
  if (at < 0 || !other) return undefined;
  if (way === 'down') return other.id;
  const before = steps.filter((it) => it.id !== id);
  return before[before.findIndex((it) => it.id === other.id) - 1]?.id ?? null;
}
