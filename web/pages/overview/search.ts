/** What the address of the overview says. */
export interface OverviewSearch {
  /** Only what the viewer sees to. */
  readonly mine?: true;
}

/** Reads an address as a person may have typed it; what it does not know counts as not said. */
export const overviewSearch = (it: Readonly<Record<string, unknown>>): OverviewSearch =>
  it['mine'] === true || it['mine'] === 'true' ? { mine: true } : {};
