/** What the address of the list of people says. */
export interface PeopleSearch {
  readonly text?: string;
  /** Where the page begins, as the server gave it out. */
  readonly cursor?: string;
}

export function peopleSearch(it: Readonly<Record<string, unknown>>): PeopleSearch {
  const text = typeof it['text'] === 'string' ? it['text'].trim().slice(0, 200) : '';
  const cursor = typeof it['cursor'] === 'string' ? it['cursor'] : '';
  return { ...(text ? { text } : {}), ...(cursor ? { cursor } : {}) };
}

/** What the address of one person says. */
export interface PersonSearch {
  /** Whether the rehearsal of their leaving is open. */
  readonly rehearse?: true;
}

export const personSearch = (it: Readonly<Record<string, unknown>>): PersonSearch =>
  it['rehearse'] === true || it['rehearse'] === 'true' ? { rehearse: true } : {};
