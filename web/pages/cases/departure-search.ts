/** The lenses through which a departure is looked at, in the order of their keys 1 to 6. */
export const departureTabs = ['list', 'map', 'timeline', 'proof', 'activity', 'plan'] as const;
export type DepartureTab = (typeof departureTabs)[number];

/** What the address of a departure says beside which one it is. */
export interface DepartureSearch {
  /** Left out: the list. */
  readonly tab?: DepartureTab;
  /** Id of the step whose drawer is open. */
  readonly step?: string;
  /** Whether the timeline shows the quiet days in their length. */
  readonly quiet?: true;
}

/** Reads an address as a person may have typed it; what it does not know counts as not said. */
export function departureSearch(it: Readonly<Record<string, unknown>>): DepartureSearch {
  const tab = departureTabs.find((known) => known === it['tab'] && known !== 'list');
  const step = typeof it['step'] === 'string' ? it['step'].trim().slice(0, 200) : '';
  const isQuiet = it['quiet'] === true || it['quiet'] === 'true';
  return {
    ...(tab ? { tab } : {}),
    ...(step ? { step } : {}),
    ...(isQuiet ? { quiet: true } : {}),
  };
}
