import { type ConditionFacts, couldHold } from './condition.ts';
import type {
  Action,
  ConnectionOffer,
  OfferedAction,
  PlaybookStep,
  SystemChoice,
} from './playbook.ts';

/**
 * What a connection offers for a step, if the step can reach any account in it: it is chosen by
 * `on`, not ruled out by `when`, holds accounts, and knows the capability. `facts` null: whoever
 * leaves.
 */
export function offeredFor(
  step: Action,
  connection: ConnectionOffer,
  facts: ConditionFacts | null,
): OfferedAction | null {
  if (!connection.holdsAccounts || !isChosen(step, connection)) return null;
  if (step.when && !couldHold(step.when, facts, connection)) return null;
  return connection.actions.find((it) => it.capability === step.do) ?? null;
}

export const isChosen = (
  { on }: { readonly on: SystemChoice },
  connection: ConnectionOffer,
): boolean =>
  (on.category === null || on.category === connection.category) &&
  (on.connection === null || on.connection === connection.id);

/**
 * The steps that stand behind one word of `after`, without the step that waits, and without what
 * delivers the record: that comes after everything else, so nothing else waits for it.
 */
export function awaited(
  word: string,
  step: PlaybookStep,
  steps: readonly PlaybookStep[],
): readonly PlaybookStep[] {
  const layer = layerIn(word);
  return steps.filter(
    (it) =>
      it !== step && it.kind !== 'record' && (layer === null ? it.id === word : it.layer === layer),
  );
}

/** What a step waits for. A survey waits for the security layer, whatever its playbook says. */
export const waitsOf = ({ kind, after }: PlaybookStep): readonly string[] =>
  kind === 'survey' ? [...new Set([...after, 'layer security'])] : after;

export const layerIn = (word: string): string | null =>
  word.startsWith('layer ') ? word.slice('layer '.length) : null;
