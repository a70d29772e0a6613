import type { Case } from '#api/contract/cases.ts';
import type { Said } from './step-words.ts';

export interface Happening {
  readonly at: string;
  readonly said: Said;
}

/** What a departure itself tells of what happened, the newest first. */
export function happenings(it: Case): readonly Happening[] {
  const ofCase: readonly (readonly [string, string | null])[] = [
    ['confirmed', it.confirmedAt],
    ['firstCut', it.firstCutAt],
    ['accessRemoved', it.accessRemovedAt],
    ['ended', it.endedAt],
  ];
  const all = [
    ...ofCase.map(([name, at]) => ({ at, said: { key: `happened.${name}` } })),
    ...it.steps.flatMap(({ title, startedAt, heldAt, settledAt, grade }) => [
      { at: startedAt, said: { key: 'happened.started', values: { what: title } } },
      { at: heldAt, said: { key: 'happened.held', values: { what: title } } },
      { at: settledAt, said: { key: `happened.${grade}`, values: { what: title } } },
    ]),
  ];
  return all
    .flatMap(({ at, said }) => (at === null ? [] : [{ at, said }]))
    .toSorted((a, b) => b.at.localeCompare(a.at));
}
