import { type CaseState, caseStates } from '#core/case.ts';

/** What the address of the list of departures says: the state is in it, so that a copied link shows the same. */
export interface DeparturesSearch {
  readonly state?: CaseState;
  readonly text?: string;
}

/** Reads an address as a person may have typed it; what it does not know counts as not said. */
export function departuresSearch(it: Readonly<Record<string, unknown>>): DeparturesSearch {
  const state = caseStates.find((known) => known === it['state']);
  const text = typeof it['text'] === 'string' ? it['text'].trim().slice(0, 200) : '';
  return { ...(state ? { state } : {}), ...(text ? { text } : {}) };
}
