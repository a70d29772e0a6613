/** What the address of the gallery says. */
export interface ConnectionsSearch {
  readonly text?: string;
}

export function connectionsSearch(it: Readonly<Record<string, unknown>>): ConnectionsSearch {
  const text = typeof it['text'] === 'string' ? it['text'].trim().slice(0, 100) : '';
  return text ? { text } : {};
}

/** What the address of a new connection says: a description that comes along, to begin from. */
export interface ConnectSearch {
  readonly from?: string;
}

export function connectSearch(it: Readonly<Record<string, unknown>>): ConnectSearch {
  return typeof it['from'] === 'string' && it['from'] !== '' ? { from: it['from'] } : {};
}

/** What the address of a connection says: whether its form is open. */
export interface ConnectionSearch {
  readonly change?: true;
}

export const connectionSearch = (it: Readonly<Record<string, unknown>>): ConnectionSearch =>
  it['change'] === true ? { change: true } : {};
