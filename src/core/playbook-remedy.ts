import type { PlaybookStep } from './playbook.ts';
import type { PlaybookEdit, Remedy } from './playbook-edit.ts';

/* What puts problems right, as changes to the steps that have them. */

type Waiting = Pick<PlaybookStep, 'id' | 'after'>;

export const stopWaiting = (step: Waiting, word: string): Remedy => ({
  verb: 'stop waiting',
  other: word,
  edits: [waits(step, without(step, word))],
});

/** Waits for `word` in the place of another. */
export const waitFor = (step: Waiting, word: string, instead: string): Remedy => ({
  verb: 'wait for',
  other: word,
  edits: [waits(step, [...without(step, instead), word])],
});

/** `second` comes after `first`, which has waited for it so far. */
export const moveAfter = (second: Waiting, first: Waiting): Remedy => ({
  verb: 'move after',
  other: second.id,
  edits: [
    waits(first, without(first, second.id)),
    waits(second, [...without(second, first.id), first.id]),
  ],
});

export const setting = (
  step: Waiting,
  verb: Remedy['verb'],
  set: Readonly<Record<string, unknown>>,
): Remedy => ({ verb, other: null, edits: [{ do: 'change', step: step.id, set }] });

const without = ({ after }: Waiting, word: string) => after.filter((it) => it !== word);

const waits = ({ id }: Waiting, words: readonly string[]): PlaybookEdit => ({
  do: 'change',
  step: id,
  set: { after: words.length === 0 ? null : [...words] },
});
