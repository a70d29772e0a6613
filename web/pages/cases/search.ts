import { type CaseState, caseStates } from '#core/case.ts';
import { type CaseView, caseViews } from '#core/case-view.ts';

/** What the address of a list of cases says: the state is in it, so that a copied link shows the same. */
export interface CasesSearch {
  readonly view?: CaseView;
  readonly state?: CaseState;
  readonly text?: string;
}

/** Reads an address as a person may have typed it; what it does not know counts as not said. */
export function casesSearch(it: Readonly<Record<string, unknown>>): CasesSearch {
  const view = caseViews.find((known) => known === it['view']);
  const state = caseStates.find((known) => known === it['state']);
  const text = typeof it['text'] === 'string' ? it['text'].trim().slice(0, 200) : '';
  return { ...(view ? { view } : {}), ...(state ? { state } : {}), ...(text ? { text } : {}) };
}
