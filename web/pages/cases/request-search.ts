/** Whom the address of a request names. */
export interface RequestSearch {
  /** HR's number of the person. */
  readonly person?: string;
}

export function requestSearch(it: Readonly<Record<string, unknown>>): RequestSearch {
  const person = typeof it['person'] === 'string' ? it['person'].trim().slice(0, 200) : '';
  return person ? { person } : {};
}
