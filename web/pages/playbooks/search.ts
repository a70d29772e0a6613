export const playbookViews = ['outline', 'text', 'compare', 'try'] as const;
export type PlaybookView = (typeof playbookViews)[number];

/** What the address of a playbook says: which version, and how it is looked at. */
export interface PlaybookSearch {
  /** Id of a version; left out: the live one, else the newest. */
  readonly version?: string;
  readonly view?: PlaybookView;
  /** The version to compare with. */
  readonly with?: string;
}

export function playbookSearch(it: Readonly<Record<string, unknown>>): PlaybookSearch {
  const view = playbookViews.find((known) => known === it['view']);
  const text = (name: 'version' | 'with') => {
    const value = it[name];
    return typeof value === 'string' && value !== '' ? { [name]: value } : {};
  };
  return { ...text('version'), ...(view ? { view } : {}), ...text('with') };
}

/** What the address of a new playbook says: the one that it begins from. */
export interface NewPlaybookSearch {
  readonly from?: string;
}

export const newPlaybookSearch = (it: Readonly<Record<string, unknown>>): NewPlaybookSearch =>
  typeof it['from'] === 'string' && it['from'] !== '' ? { from: it['from'] } : {};
