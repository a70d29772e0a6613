export const playbookViews = ['outline', 'text', 'compare', 'try', 'reach'] as const;
export type PlaybookView = (typeof playbookViews)[number];

export const builderViews = ['outline', 'map', 'text', 'compare', 'try'] as const;
export type BuilderView = (typeof builderViews)[number];

type Given = Readonly<Record<string, unknown>>;

/** The texts of these names that the address says. */
function textsOf<Name extends string>(it: Given, ...names: readonly Name[]) {
  const said = names.flatMap((name) => {
    const value = it[name];
    return typeof value === 'string' && value !== '' ? [[name, value]] : [];
  });
  return Object.fromEntries(said) as { readonly [It in Name]?: string };
}

/** What the address of a playbook says: which version, and how it is looked at. */
export interface PlaybookSearch {
  /** Id of a version; left out: the live one, else the newest. */
  readonly version?: string;
  readonly view?: PlaybookView;
  /** The version to compare with. */
  readonly with?: string;
}

export function playbookSearch(it: Given): PlaybookSearch {
  const view = playbookViews.find((known) => known === it['view']);
  return { ...textsOf(it, 'version', 'with'), ...(view ? { view } : {}) };
}

/** What the address of a draft says: how it is looked at, and which step is open. */
export interface DraftSearch {
  readonly view?: BuilderView;
  /** Id of a step. */
  readonly step?: string | undefined;
  /** The version to compare with. */
  readonly with?: string;
}

export function draftSearch(it: Given): DraftSearch {
  const view = builderViews.find((known) => known === it['view']);
  return { ...textsOf(it, 'step', 'with'), ...(view ? { view } : {}) };
}

/** What the address of a new playbook says: the one that it begins from. */
export interface NewPlaybookSearch {
  readonly from?: string;
}

export const newPlaybookSearch = (it: Given): NewPlaybookSearch => textsOf(it, 'from');
