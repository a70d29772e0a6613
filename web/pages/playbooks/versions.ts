import type { PlaybookSummary } from '#api/contract/playbooks.ts';

/** Versions of the same playbook together, the newest first; playbooks in the order in which they are tried. */
export function byName(all: readonly PlaybookSummary[]): readonly (readonly PlaybookSummary[])[] {
  const names = new Map<string, PlaybookSummary[]>();
  for (const it of all) names.set(it.name, [...(names.get(it.name) ?? []), it]);
  return [...names.values()].map((of) => of.toSorted((a, b) => b.number - a.number));
}

/** The version that is asked for, else the live one, else the newest. */
export const chosenVersion = (
  versions: readonly PlaybookSummary[],
  id: string | undefined,
): PlaybookSummary | undefined =>
  versions.find((it) => it.id === id) ??
  versions.find((it) => it.status === 'published') ??
  versions[0];
